/**
 * Requests to the cluster, of which a limited number is under way at once, and the pages
 * that they bring.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.request;

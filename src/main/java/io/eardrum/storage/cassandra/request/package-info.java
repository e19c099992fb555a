/**
 * Requests to the cluster, of which a limited number is in progress at once, and the
 * pages that they return.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.request;

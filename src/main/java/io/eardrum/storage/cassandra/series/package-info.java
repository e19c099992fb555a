/**
 * The series that the cluster and this server know: their places, and how they are
 * registered, counted and listed.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.series;

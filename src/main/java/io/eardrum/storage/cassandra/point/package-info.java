/**
 * The points of series, written to the partitions of the cluster and read from them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.point;

/**
 * Writes the points of series to the partitions of the cluster, and reads them.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.point;

/**
 * The engine that leaves points to a cluster of Apache Cassandra, and keeps nothing of
 * its own. Any number of servers share a cluster.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra;

/**
 * The engine that stores points in a cluster of Apache Cassandra, and keeps nothing
 * itself. Any number of servers share a cluster.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra;

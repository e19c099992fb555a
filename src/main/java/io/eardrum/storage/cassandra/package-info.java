/**
 * The engine that leaves points to a cluster of Apache Cassandra, and keeps nothing of
 * its own: any number of servers stand in front of one.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra;

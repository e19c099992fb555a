/**
 * The connection to the cluster: sessions, the tables that have to exist, and whether the
 * cluster answers and its clocks agree.
 */
@org.jspecify.annotations.NullMarked
package io.eardrum.storage.cassandra.cluster;

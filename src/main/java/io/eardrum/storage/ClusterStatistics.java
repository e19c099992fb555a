package io.eardrum.storage;

/**
 * What goes on between a store and its cluster, as of one moment, for the meters.
 *
 * @param activeRequests how many requests the cluster works on for this server
 * @param maxRequests how many that may be
 * @param waitingCallers how many threads wait for their turn
 * @param knownNodes how many nodes the cluster has in the datacenter that is asked; 0
 * until it was reached for the first time
 * @param connectedNodes how many of them there is a connection to
 * @param knownSeries how many series this server knows to be registered
 * @param clockOffsetMillis by how many milliseconds the server's clock is ahead of the
 * cluster's; less than 0 if it is behind, 0 until it was compared
 */
public record ClusterStatistics(int activeRequests, int maxRequests, int waitingCallers, int knownNodes,
		int connectedNodes, long knownSeries, long clockOffsetMillis) {
}

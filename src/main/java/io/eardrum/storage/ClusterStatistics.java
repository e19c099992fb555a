package io.eardrum.storage;

/**
 * Statistics of a store and its cluster, as of one moment, for the meters.
 *
 * @param activeRequests how many requests the cluster is working on for this server
 * @param maxRequests how many requests it may be working on at once
 * @param waitingCallers how many threads are waiting for their turn
 * @param knownNodes how many nodes the cluster has in the datacenter that this server
 * uses; 0 until the cluster was reached for the first time
 * @param connectedNodes to how many of them there is a connection
 * @param knownSeries how many series this server knows to be registered
 * @param clockOffsetMillis by how many milliseconds the server's clock is ahead of the
 * cluster's; less than 0 if it is behind, and 0 until the two have been compared
 */
public record ClusterStatistics(int activeRequests, int maxRequests, int waitingCallers, int knownNodes,
		int connectedNodes, long knownSeries, long clockOffsetMillis) {
}

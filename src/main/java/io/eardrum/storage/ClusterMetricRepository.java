package io.eardrum.storage;

/**
 * A store that leaves its points to a cluster of other machines, which it may share with
 * other servers.
 */
public interface ClusterMetricRepository extends MetricRepository {

	/**
	 * Returns what goes on between the store and its cluster. It is quick and never
	 * throws.
	 * @return the numbers as of now
	 */
	ClusterStatistics statistics();

}

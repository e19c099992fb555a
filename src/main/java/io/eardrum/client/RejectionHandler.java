package io.eardrum.client;

/**
 * Is told of points that were refused among many.
 */
@FunctionalInterface
public interface RejectionHandler {

	/**
	 * Takes a refused point. It is called in the thread that puts, in the order of the
	 * points. What it throws reaches the caller of the put; the connection stays usable.
	 * @param index the index of the point, from 0
	 * @param rejection says why
	 */
	void rejected(long index, MetricClientException rejection);

}

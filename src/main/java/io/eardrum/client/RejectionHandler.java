package io.eardrum.client;

/**
 * Receives the points that were refused among many.
 */
@FunctionalInterface
public interface RejectionHandler {

	/**
	 * Receives a refused point. The thread that puts calls this, in the order of the
	 * points. An exception thrown here reaches the caller of the put; the connection
	 * stays usable.
	 * @param index the index of the point, from 0
	 * @param rejection why it was refused
	 */
	void rejected(long index, MetricClientException rejection);

}

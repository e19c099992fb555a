package io.eardrum.storage;

/**
 * Is told about the requests that a store sends to its cluster, for the meters. Called by
 * any number of threads at once, those of the driver among them: it must be quick, and
 * must not block or throw.
 */
@FunctionalInterface
public interface ClusterObserver {

	/**
	 * Takes note of nothing.
	 */
	ClusterObserver NONE = (request, succeeded, nanos) -> {
	};

	/**
	 * Tells that a request has ended.
	 * @param request what it was for
	 * @param succeeded whether the cluster did what it was asked
	 * @param nanos how long it took, in nanoseconds, without the time it waited for its
	 * turn
	 */
	void requestEnded(Request request, boolean succeeded, long nanos);

	/**
	 * What requests are for.
	 */
	enum Request {

		/** Points are written. */
		WRITE,

		/** Points, or lists of series, are read. */
		READ,

		/** New series get their place, which the nodes have to agree upon. */
		REGISTER

	}

}

package io.eardrum.storage;

/**
 * Observes the requests that a store sends to its cluster, for the meters. Any number of
 * threads call it at once, those of the driver among them. It must be quick, and must not
 * block or throw.
 */
@FunctionalInterface
public interface ClusterObserver {

	/**
	 * Ignores everything.
	 */
	ClusterObserver NONE = (request, succeeded, nanos) -> {
	};

	/**
	 * A request has ended.
	 * @param request what the request was for
	 * @param succeeded whether the cluster served it
	 * @param nanos how long it took, in nanoseconds, without the time for which it waited
	 * for its turn
	 */
	void requestEnded(Request request, boolean succeeded, long nanos);

	/**
	 * The purposes of requests.
	 */
	enum Request {

		/** Points are written. */
		WRITE,

		/** Points, or lists of series, are read. */
		READ,

		/** New series get their place, on which the nodes have to agree. */
		REGISTER

	}

}

package io.eardrum.web.event;

/**
 * Is told of requests over HTTP that are refused or ended before they are answered,
 * because they, or all together, ask for too much. Any number of threads may tell it.
 */
@FunctionalInterface
public interface RequestObserver {

	/** Nobody is told. */
	RequestObserver NONE = (limit) -> {
	};

	/**
	 * Takes note of a request that is not answered.
	 * @param limit why
	 */
	void ended(Limit limit);

	/**
	 * What ends requests.
	 */
	enum Limit {

		/** There are too many requests at once. */
		CONCURRENCY,

		/** Its client is slow, and others need its place. */
		SLOW_CLIENT,

		/** Its client is slower than anyone may be. */
		RATE,

		/** It takes too long. */
		TIME,

		/** It asks for too much work. */
		WORK,

		/** There is not enough memory for it, or others need what it holds. */
		MEMORY,

		/** Its body is too long, or takes too long. */
		BODY,

		/** Its client has closed the connection. */
		CLIENT_LEFT,

		/** The server stops. */
		STOPPING

	}

}

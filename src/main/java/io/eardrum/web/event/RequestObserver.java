package io.eardrum.web.event;

/**
 * Notes HTTP requests that are refused or ended before they are answered, because they,
 * or all requests together, ask for too much. Any number of threads may call it.
 */
@FunctionalInterface
public interface RequestObserver {

	/** Ignores everything. */
	RequestObserver NONE = (limit) -> {
	};

	/**
	 * Notes a request that is not answered.
	 * @param limit the reason
	 */
	void ended(Limit limit);

	/**
	 * The limits that end requests.
	 */
	enum Limit {

		/** There are too many requests at once. */
		CONCURRENCY,

		/** Its client is slow, and others need its place. */
		SLOW_CLIENT,

		/** Its client is slower than any client may be. */
		RATE,

		/** It takes too long. */
		TIME,

		/** It asks for too much work. */
		WORK,

		/**
		 * There is not enough memory for it, or other requests need the memory that it
		 * holds.
		 */
		MEMORY,

		/** Its body is too long, or takes too long. */
		BODY,

		/** Its client has closed the connection. */
		CLIENT_LEFT,

		/** The server stops. */
		STOPPING

	}

}

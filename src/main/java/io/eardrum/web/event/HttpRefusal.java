package io.eardrum.web.event;

/**
 * Why a client of an HTTP port is not served, or is no longer served.
 */
public enum HttpRefusal {

	/** The limit of connections was reached, and none of them was idle. */
	CONNECTIONS,

	/**
	 * The limit of connections was reached. This connection had been idle for longest
	 * among those of the address with the most connections.
	 */
	CROWDED_OUT,

	/** The head of a request did not come in time. */
	HEAD_TIMEOUT,

	/** There were too many requests at once. */
	REQUESTS,

	/** The client takes its answer too slowly. */
	SLOW_CLIENT,

	/** Too many wrong passwords have come, from all addresses or from this one. */
	PASSWORD

}

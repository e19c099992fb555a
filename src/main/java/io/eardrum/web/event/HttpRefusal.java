package io.eardrum.web.event;

/**
 * Why a client of an HTTP port is not served, or not any longer.
 */
public enum HttpRefusal {

	/** There were as many connections as there may be, and none of them was idle. */
	CONNECTIONS,

	/**
	 * There were as many connections as there may be, and this one was idle for longest
	 * of the address with most.
	 */
	CROWDED_OUT,

	/** The head of a request did not come in time. */
	HEAD_TIMEOUT,

	/** There were too many requests at once. */
	REQUESTS,

	/** The client takes what it asked for too slowly. */
	SLOW_CLIENT,

	/** Too many wrong passwords have come, of all or of this address. */
	PASSWORD

}

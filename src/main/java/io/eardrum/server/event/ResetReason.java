package io.eardrum.server.event;

/**
 * Why a connection ended with a reset instead of in good order.
 */
public enum ResetReason {

	/** The client vanished, or reset the connection itself. */
	CLIENT,

	/** The client did not take its replies in time. */
	WRITE_TIMEOUT,

	/**
	 * Too much memory was held for clients that did not take their replies, and this one
	 * had kept the server waiting for longest.
	 */
	UNREAD_REPLIES,

	/**
	 * Too much memory was held for lines and TLS records that clients had begun to send,
	 * and this one had begun longest ago.
	 */
	UNFINISHED_INPUT,

	/** The client was silent for longer than it may be. */
	IDLE_TIMEOUT,

	/** The client did not finish its TLS handshake in time. */
	HANDSHAKE,

	/**
	 * There were as many connections as there may be, and another client had fewer: of
	 * this one's, it was silent for longest.
	 */
	CROWDED_OUT,

	/** The server stops. */
	SHUTDOWN,

	/** A reply could not be finished, because the store failed in the middle of it. */
	REPLY_CUT,

	/** A defect of this server. */
	INTERNAL_ERROR

}

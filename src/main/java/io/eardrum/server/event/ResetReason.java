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
	 * had kept the server waiting the longest.
	 */
	UNREAD_REPLIES,

	/**
	 * Too much memory was held for lines and TLS records that clients had begun to send,
	 * and this one had begun longest ago.
	 */
	UNFINISHED_INPUT,

	/** The client was silent for longer than it is allowed to be. */
	IDLE_TIMEOUT,

	/** The client did not finish its TLS handshake in time. */
	HANDSHAKE,

	/**
	 * The server had as many connections as it allows, and a client with fewer
	 * connections than this one needed a place. Of the connections of this client, this
	 * one had been silent the longest.
	 */
	CROWDED_OUT,

	/** An operator has ended it. */
	OPERATOR,

	/** The server stops. */
	SHUTDOWN,

	/** A reply could not be finished, because the store failed in the middle of it. */
	REPLY_CUT,

	/** A defect of this server. */
	INTERNAL_ERROR

}

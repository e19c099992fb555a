package io.eardrum.server.event;

/**
 * Receives the events of the TCP port, to count them. The threads of all connections call
 * it at once; it must be quick and must not throw.
 */
public interface ServerObserver {

	/**
	 * The commands of a frame have been executed; the end of its reply is about to be
	 * sent.
	 * @param counts what was in the frame; valid during this call only
	 * @param durationNanos the time since the frame was complete, in nanoseconds
	 */
	void frameHandled(CommandCounts counts, long durationNanos);

	/**
	 * Bytes have arrived.
	 * @param bytes the number of bytes
	 */
	void received(int bytes);

	/**
	 * Bytes have been sent.
	 * @param bytes the number of bytes
	 */
	void sent(int bytes);

	/**
	 * A client has connected.
	 */
	void connectionAccepted();

	/**
	 * A client has been turned away, because there are too many connections.
	 */
	void connectionRejected();

	/**
	 * A client has been turned away, because of the network that it comes from.
	 */
	void connectionRefused();

	/**
	 * A TLS handshake has ended, or a client has tried one on a port that takes none.
	 * @param completed whether the session is encrypted now
	 */
	void handshakeEnded(boolean completed);

	/**
	 * A connection ended with a reset.
	 * @param reason why
	 */
	void connectionReset(ResetReason reason);

}

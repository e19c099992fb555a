package io.eardrum.server.event;

/**
 * Receives the events of the port for Graphite's plaintext protocol, to count them. For
 * TCP it receives the events of a {@link ServerObserver}; for UDP it receives handled
 * frames, refused clients and the event below. Several threads call it at once; it must
 * be quick and must not throw.
 */
public interface GraphiteObserver extends ServerObserver {

	/**
	 * Datagrams have arrived.
	 * @param datagrams the number of datagrams
	 * @param bytes the number of bytes in them
	 */
	void datagramsReceived(int datagrams, int bytes);

}

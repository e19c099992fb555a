package io.eardrum.server.event;

/**
 * Is told what happens on the port for Graphite's plaintext protocol, to count it: on TCP
 * what a {@link ServerObserver} is told, and on UDP the frames and what follows. Called
 * by several threads at once; must be quick and must not throw.
 */
public interface GraphiteObserver extends ServerObserver {

	/**
	 * Datagrams have arrived.
	 * @param datagrams how many
	 * @param bytes how many bytes were in them
	 */
	void datagramsReceived(int datagrams, int bytes);

}

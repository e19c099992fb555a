package io.eardrum.address;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;

/**
 * A client of one of the ports for points.
 *
 * @param id the number of its connection, which no other one has until the server ends
 * @param address where it comes from
 * @param localPort the port that it has connected to
 * @param encrypted whether it speaks TLS
 * @param connected when it connected
 * @param silent how long it has sent nothing
 * @param bytesReceived how many bytes it has sent, without what TLS adds
 * @param bytesSent how many bytes it was sent, without what TLS adds
 * @param state what it is doing
 */
public record ConnectedClient(long id, InetSocketAddress address, int localPort, boolean encrypted, Instant connected,
		Duration silent, long bytesReceived, long bytesSent, State state) {

	/**
	 * What a client is doing.
	 */
	public enum State {

		/** It has been answered, and has sent nothing complete since. */
		IDLE,

		/** Something that it has sent is being executed. */
		BUSY,

		/** The server waits until it takes a reply. */
		SLOW

	}

}

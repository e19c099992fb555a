package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Looks at what a socket has received without taking it.
 */
public final class SocketLook {

	private SocketLook() {
	}

	/**
	 * Returns whether there is nothing to read now, so that the next read brings the end
	 * of the connection if it has come.
	 * @param channel the socket
	 * @return whether it has nothing
	 * @throws IOException if the connection is closed
	 */
	public static boolean isDrained(SocketChannel channel) throws IOException {
		return channel.socket().getInputStream().available() == 0;
	}

}

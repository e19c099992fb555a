package io.eardrum.server.channel;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Looks whether a socket has received something, without reading it.
 */
public final class SocketLook {

	private SocketLook() {
	}

	/**
	 * Returns whether there is nothing to read now. The next read then finds the end of
	 * the connection, if it has come.
	 * @param channel the socket
	 * @return whether it has nothing
	 * @throws IOException if the connection is closed
	 */
	public static boolean isDrained(SocketChannel channel) throws IOException {
		return channel.socket().getInputStream().available() == 0;
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * Reads and forgets what a client still sends, until it closes its side or its time is
 * up.
 */
final class SocketDrain {

	private static final int BUFFER_LENGTH = 1024;

	private SocketDrain() {
	}

	static void drain(Socket socket, int maxMillis) {
		long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
		byte[] buffer = new byte[BUFFER_LENGTH];
		try {
			InputStream input = socket.getInputStream();
			int count;
			do {
				count = input.read(buffer);
			}
			while (count >= 0 && System.nanoTime() - deadlineNanos < 0);
		}
		catch (IOException ex) {
			// It closed its side in its own way, or took too long.
		}
	}

}

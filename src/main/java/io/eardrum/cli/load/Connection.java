package io.eardrum.cli.load;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A connection to the server under load. One thread may read while another one writes.
 */
final class Connection implements Closeable {

	private static final int TIMEOUT_MILLIS = 30_000;

	private final Socket socket;

	private final byte[] received = new byte[64 * 1024];

	private final OkReplies replies = new OkReplies();

	Connection(LoadOptions options) throws IOException {
		this.socket = new Socket();
		try {
			this.socket.setTcpNoDelay(true);
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
			this.socket.connect(new InetSocketAddress(options.address(), options.port()), TIMEOUT_MILLIS);
		}
		catch (IOException ex) {
			close();
			throw ex;
		}
	}

	void write(byte[] bytes, int length) throws IOException {
		this.socket.getOutputStream().write(bytes, 0, length);
	}

	/**
	 * Reads what has arrived, and waits for something if nothing has.
	 * @return how many replies end in it
	 * @throws IOException if a reply is anything but {@code ok}, or there is no more to
	 * read
	 */
	int readReplies() throws IOException {
		return this.replies.count(this.received, read());
	}

	/**
	 * Reads what has arrived into {@link #received()}, and waits for something if nothing
	 * has.
	 * @return how many bytes were read, 1 or more
	 * @throws IOException if there is no more to read
	 */
	int read() throws IOException {
		int length = this.socket.getInputStream().read(this.received);
		if (length < 0) {
			throw new EOFException("the server has closed the connection");
		}
		return length;
	}

	byte[] received() {
		return this.received;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}

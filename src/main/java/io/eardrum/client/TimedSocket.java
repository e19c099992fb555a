package io.eardrum.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * A TCP connection whose reads obey a {@link WaitLimit}, including those of TLS above it.
 * The timeout of a socket would not be enough, because it applies to each read, and TLS
 * reads until it has a whole record.
 */
final class TimedSocket extends Socket {

	private final WaitLimit limit;

	TimedSocket(WaitLimit limit) {
		this.limit = limit;
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new TimedInputStream(super.getInputStream());
	}

	/**
	 * The bytes of the connection.
	 */
	private final class TimedInputStream extends FilterInputStream {

		private TimedInputStream(InputStream input) {
			super(input);
		}

		@Override
		public int read() throws IOException {
			byte[] one = new byte[1];
			return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xFF;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			setSoTimeout(TimedSocket.this.limit.beginRead());
			try {
				return this.in.read(target, offset, length);
			}
			finally {
				TimedSocket.this.limit.endRead();
			}
		}

	}

}

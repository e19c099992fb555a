package io.eardrum.cli.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * How much a {@code get *} returned, and how long it took.
 *
 * @param rows the number of rows
 * @param bytes the number of bytes of the whole reply
 * @param nanos the duration in nanoseconds, from the request to the last byte
 */
record AllRows(long rows, long bytes, long nanos) {

	private static final byte[] REQUEST = "get *\n".getBytes(StandardCharsets.US_ASCII);

	private static final String STATUS = "ok\n";

	/**
	 * Requests all rows, and reads them to the end.
	 * @param connection the connection to use
	 * @return what was read
	 * @throws IOException if the reply isn't {@code ok}, or goes on after its end
	 */
	static AllRows read(Connection connection) throws IOException {
		long startNanos = System.nanoTime();
		connection.write(REQUEST, REQUEST.length);
		byte[] received = connection.received();
		StringBuilder head = new StringBuilder();
		long bytes = 0;
		long lines = 0;
		byte last = 0;
		while (true) {
			int length = connection.read();
			for (int i = 0; i < length; i++) {
				byte current = received[i];
				if (bytes + i < STATUS.length()) {
					head.append((char) current);
				}
				if (current == '\n') {
					lines++;
					if (last == '\n') {
						if (!head.toString().equals(STATUS) || i != length - 1) {
							throw new IOException(
									"the reply starts with '" + head + "' or doesn't end where it should");
						}
						// The status and the empty line aren't rows.
						return new AllRows(lines - 2, bytes + length, System.nanoTime() - startNanos);
					}
				}
				last = current;
			}
			bytes += length;
		}
	}

	double rowsPerSecond() {
		return this.rows * 1e9 / this.nanos;
	}

	double bytesPerSecond() {
		return this.bytes * 1e9 / this.nanos;
	}

}

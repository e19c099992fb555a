package io.eardrum.suite.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads what a server says that it holds, over a connection of its own.
 */
final class StoredRows {

	/** A server may have to give up something first, but it has to say so. */
	static final Duration SILENCE = Duration.ofSeconds(25);

	private static final String UNAVAILABLE = "storage unavailable";

	private StoredRows() {
	}

	/**
	 * Asks a server, and passes the rows on.
	 * @param port the port of the server
	 * @param command what to ask, {@code get} and a key or a star
	 * @param consumer takes the rows
	 * @return how the server answered
	 */
	static Answer read(int port, String command, RowConsumer consumer) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) SILENCE.toMillis());
			socket.setSoTimeout((int) SILENCE.toMillis());
			socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
			String status = reader.readLine();
			if ("error".equals(status)) {
				return UNAVAILABLE.equals(reader.readLine()) ? Answer.REFUSED : Answer.WRONG;
			}
			if (!"ok".equals(status)) {
				return (status != null) ? Answer.WRONG : Answer.CUT;
			}
			String line = reader.readLine();
			while (line != null && !line.isEmpty()) {
				String[] words = line.split(" ", -1);
				consumer.accept(words[0], Double.parseDouble(words[1]), Long.parseLong(words[2]));
				line = reader.readLine();
			}
			return (line != null) ? Answer.COMPLETE : Answer.CUT;
		}
		catch (SocketTimeoutException ex) {
			return Answer.SILENCE;
		}
		catch (IOException ex) {
			return Answer.CUT;
		}
	}

	/**
	 * How a server answered.
	 */
	enum Answer {

		/** All rows were passed on. */
		COMPLETE,

		/** The storage is not available. */
		REFUSED,

		/** The connection ended before the reply did, or there was none. */
		CUT,

		/** Nothing came for too long. */
		SILENCE,

		/** Something that is no reply to this. */
		WRONG

	}

	/**
	 * Takes rows.
	 */
	@FunctionalInterface
	interface RowConsumer {

		/**
		 * Takes a row.
		 * @param key the key
		 * @param value the value
		 * @param timestamp the timestamp
		 */
		void accept(String key, double value, long timestamp);

	}

}

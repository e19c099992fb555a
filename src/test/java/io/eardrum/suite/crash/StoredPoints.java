package io.eardrum.suite.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a server says that it holds, by writer.
 */
final class StoredPoints {

	private static final int TIMEOUT_MILLIS = 60_000;

	private StoredPoints() {
	}

	/**
	 * Reads all points with {@code get *}.
	 * @param port the port of the server
	 * @param writers how many writers there are
	 * @return for each writer the value of each of its cells
	 * @throws IOException if the reply is cut or none of the protocol
	 */
	static long[][] read(int port, int writers) throws IOException {
		long[][] cells = new long[writers][];
		Arrays.setAll(cells, (writer) -> CrashWriter.empty());
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.getOutputStream().write("get *\n".getBytes(StandardCharsets.US_ASCII));
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
			String line = reader.readLine();
			if (!"ok".equals(line)) {
				throw new IOException("get * was answered with " + line);
			}
			line = reader.readLine();
			while (line != null && !line.isEmpty()) {
				put(line, cells);
				line = reader.readLine();
			}
			if (line == null) {
				throw new IOException("the reply to get * was cut");
			}
		}
		return cells;
	}

	private static void put(String line, long[][] cells) {
		String[] words = line.split(" ", -1);
		if (!words[0].startsWith("crash.")) {
			return;
		}
		String[] names = words[0].split("\\.", -1);
		int writer = Integer.parseInt(names[1]);
		int cell = CrashWriter.cell(Integer.parseInt(names[2]), Integer.parseInt(words[2]));
		if (cells[writer][cell] >= 0) {
			throw new IllegalStateException("twice in one reply: " + line);
		}
		cells[writer][cell] = (long) Double.parseDouble(words[1]);
	}

}

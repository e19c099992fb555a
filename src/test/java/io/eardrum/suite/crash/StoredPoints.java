package io.eardrum.suite.crash;

import java.io.IOException;
import java.util.Arrays;

import io.eardrum.suite.fixture.StoredRows;

/**
 * What a server says that it holds, by writer.
 */
final class StoredPoints {

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
		StoredRows.readAll(port, (key, value, timestamp) -> add(cells, key, value, timestamp));
		return cells;
	}

	private static void add(long[][] cells, String key, double value, long timestamp) {
		if (!key.startsWith("crash.")) {
			return;
		}
		String[] names = key.split("\\.", -1);
		int writer = Integer.parseInt(names[1]);
		int cell = CrashWriter.cell(Integer.parseInt(names[2]), (int) timestamp);
		if (cells[writer][cell] >= 0) {
			throw new IllegalStateException("twice in one reply: " + key + " at " + timestamp);
		}
		cells[writer][cell] = (long) value;
	}

}

package io.eardrum.suite.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * A client that puts points without waiting, over and over to the same keys and
 * timestamps, and deletes some of them if it is to. It knows exactly which commands were
 * acknowledged. Each value is the number of its command, so that a value tells which put
 * it came from.
 * <p>
 * The store executes the commands of a connection in their order. So after a crash there
 * must be a number of them, not smaller than that of the acknowledged ones, such that the
 * store holds just what executing so many leaves.
 */
final class CrashWriter {

	static final int KEYS = 10;

	private static final int TIMESTAMPS = 2000;

	private static final int CELLS = KEYS * TIMESTAMPS;

	private static final int MAX_BURST = 300;

	private static final int MAX_IN_FLIGHT = 4000;

	private static final long ABSENT = -1;

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	private static final String UNAVAILABLE = "error\nstorage unavailable\n\n";

	private final int number;

	private final Random random;

	/** For each cell the put whose value it holds, as of the last check. */
	private final long[] stored = new long[CELLS];

	/** The number of the first command since then. */
	private long firstPut;

	/** The cells of all puts since then, and the first cells of deletions. */
	private int[] sent = new int[4096];

	/** How many cells were deleted; 0 for a put. */
	private int[] deleted = new int[4096];

	private int sentCount;

	private volatile int acknowledged;

	private volatile boolean refused;

	private volatile String violation = "";

	private final boolean deletes;

	CrashWriter(int number, long seed, boolean deletes) {
		this.deletes = deletes;
		this.number = number;
		this.random = new Random(seed + number);
		Arrays.fill(this.stored, ABSENT);
	}

	/**
	 * Puts until the connection breaks, or a put is refused because the store is not
	 * available.
	 * @param port the port of the server
	 * @throws InterruptedException if the thread is interrupted
	 */
	void run(int port) throws InterruptedException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			InputStream replies = socket.getInputStream();
			Thread reader = new Thread(() -> readReplies(replies), "replies-" + this.number);
			reader.start();
			try {
				send(socket.getOutputStream(), reader);
			}
			catch (IOException ex) {
				// The server was killed; what it has answered is still to be read.
			}
			reader.join();
		}
		catch (IOException ex) {
			// Killed before there was a connection.
		}
	}

	private void send(OutputStream target, Thread reader) throws IOException {
		StringBuilder lines = new StringBuilder();
		while (reader.isAlive()) {
			if (this.sentCount - this.acknowledged > MAX_IN_FLIGHT) {
				Thread.onSpinWait();
				continue;
			}
			lines.setLength(0);
			int burst = 1 + this.random.nextInt(MAX_BURST);
			int start = this.random.nextInt(CELLS);
			for (int i = 0; i < burst; i++) {
				// Mostly in order, as clients do, and now and then anywhere.
				int cell = (this.random.nextInt(8) == 0) ? this.random.nextInt(CELLS) : (start + i) % CELLS;
				note(cell, 0);
				lines.append("put ")
					.append(key(cell / TIMESTAMPS))
					.append(' ')
					.append(this.firstPut + this.sentCount - 1)
					.append(' ')
					.append(cell % TIMESTAMPS)
					.append('\n');
			}
			if (this.deletes && this.random.nextInt(4) == 0) {
				delete(lines);
			}
			target.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
		}
	}

	// A whole series, or some of its points.
	private void delete(StringBuilder lines) {
		int key = this.random.nextInt(KEYS);
		lines.append("delete ").append(key(key));
		if (this.random.nextInt(4) == 0) {
			note(key * TIMESTAMPS, TIMESTAMPS);
		}
		else {
			int from = this.random.nextInt(TIMESTAMPS);
			int count = 1 + this.random.nextInt(Math.min(500, TIMESTAMPS - from));
			note(key * TIMESTAMPS + from, count);
			lines.append(' ').append(from).append(' ').append(from + count - 1);
		}
		lines.append('\n');
	}

	private void note(int cell, int count) {
		if (this.sentCount == this.sent.length) {
			this.sent = Arrays.copyOf(this.sent, this.sentCount * 2);
			this.deleted = Arrays.copyOf(this.deleted, this.sentCount * 2);
		}
		this.deleted[this.sentCount] = count;
		this.sent[this.sentCount++] = cell;
	}

	private void readReplies(InputStream replies) {
		byte[] buffer = new byte[1 << 16];
		long total = 0;
		try {
			int length = replies.read(buffer);
			while (length >= 0) {
				for (int i = 0; i < length; i++) {
					if (buffer[i] != OK[(int) ((total + i) % OK.length)]) {
						this.acknowledged = (int) ((total + i) / OK.length);
						this.refused = (total + i) % OK.length == 0
								&& UNAVAILABLE.startsWith(text(buffer, i, Math.min(UNAVAILABLE.length(), length - i)));
						if (this.refused) {
							return;
						}
						this.violation = "a put was answered with " + text(buffer, i, Math.min(60, length - i));
						return;
					}
				}
				total += length;
				this.acknowledged = (int) (total / OK.length);
				length = replies.read(buffer);
			}
		}
		catch (IOException ex) {
			// The server was killed.
		}
	}

	private static String text(byte[] buffer, int offset, int length) {
		return new String(buffer, offset, length, StandardCharsets.UTF_8);
	}

	/**
	 * Tells whether the last run ended because a put was refused.
	 * @return whether it was
	 */
	boolean isRefused() {
		return this.refused;
	}

	/**
	 * Checks what the store holds, and goes on from there.
	 * @param observed the value of each cell, or {@value #ABSENT}
	 * @return what is wrong, or nothing
	 */
	String check(long[] observed) {
		if (!this.violation.isEmpty()) {
			return this.violation;
		}
		long latest = Arrays.stream(observed).max().orElse(ABSENT);
		int executed = (int) Math.max(this.acknowledged, latest - this.firstPut + 1);
		if (executed > this.sentCount) {
			return "the value " + latest + " was never put";
		}
		int different = 0;
		for (int cell = 0; cell < CELLS; cell++) {
			different += (observed[cell] != this.stored[cell]) ? 1 : 0;
		}
		int count = 0;
		// What was executed last may be deletions, which leave nothing to tell them by.
		while (count < executed || (different > 0 && count < this.sentCount && this.deletes)) {
			different += execute(count++, observed);
		}
		executed = count;
		for (int cell = 0; cell < CELLS; cell++) {
			if (observed[cell] != this.stored[cell]) {
				return String.format(
						"%s at %d holds %d instead of %d (%d: absent); acknowledged up to %d, executed up to %d",
						key(cell / TIMESTAMPS), cell % TIMESTAMPS, observed[cell], this.stored[cell], ABSENT,
						this.firstPut + this.acknowledged - 1, this.firstPut + executed - 1);
			}
		}
		this.firstPut += this.sentCount;
		this.sentCount = 0;
		this.acknowledged = 0;
		this.refused = false;
		return "";
	}

	// Returns by how much this changes the number of cells that are not as observed.
	private int execute(int command, long[] observed) {
		int change = 0;
		int first = this.sent[command];
		for (int cell = first; cell < first + Math.max(1, this.deleted[command]); cell++) {
			change -= (this.stored[cell] != observed[cell]) ? 1 : 0;
			this.stored[cell] = (this.deleted[command] == 0) ? this.firstPut + command : ABSENT;
			change += (this.stored[cell] != observed[cell]) ? 1 : 0;
		}
		return change;
	}

	int acknowledged() {
		return this.acknowledged;
	}

	/**
	 * Returns a state in which nothing is stored.
	 * @return the value of each cell
	 */
	static long[] empty() {
		long[] cells = new long[CELLS];
		Arrays.fill(cells, ABSENT);
		return cells;
	}

	String key(int index) {
		return "crash." + this.number + "." + index;
	}

	/**
	 * Tells which cell a point is.
	 * @param key the number of its key
	 * @param timestamp its timestamp
	 * @return the index of the cell
	 */
	static int cell(int key, int timestamp) {
		if (key < 0 || key >= KEYS || timestamp < 0 || timestamp >= TIMESTAMPS) {
			throw new IllegalStateException("key " + key + " at " + timestamp + " was never put");
		}
		return key * TIMESTAMPS + timestamp;
	}

}

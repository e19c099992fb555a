package io.eardrum.suite.power;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that puts points over and over, to keys that become more, and notes in the
 * record what it is about to send and what has been acknowledged.
 */
final class PowerFailureWriter {

	private static final int MAX_BURST = 150;

	private static final int MAX_IN_FLIGHT = 2000;

	private static final int PUTS_PER_KEY = 1500;

	private static final int FIRST_KEYS = 4;

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	private final int number;

	private final Random random;

	private final PowerRecord.Notes notes;

	private volatile int sent;

	private volatile int acknowledged;

	/** The number of the first put of this life. */
	private int first;

	private volatile boolean stopped;

	private volatile String violation = "";

	PowerFailureWriter(int number, long seed, PowerRecord.Notes notes) {
		this.number = number;
		this.random = new Random(seed + number);
		this.notes = notes;
	}

	/**
	 * Puts until the connection breaks, or until it is told to stop and has all replies.
	 * @param port the port of the server
	 */
	void run(int port) {
		this.first = this.sent;
		this.stopped = false;
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			InputStream replies = socket.getInputStream();
			Thread reader = new Thread(() -> readReplies(replies), "replies-" + this.number);
			reader.start();
			try {
				send(socket.getOutputStream(), reader);
				while (this.stopped && this.acknowledged < this.sent && reader.isAlive()) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
				}
				socket.shutdownOutput();
			}
			catch (IOException ex) {
				// The server was killed; what it has answered is still to be read.
			}
			while (reader.isAlive()) {
				reader.join();
			}
		}
		catch (IOException ex) {
			// Killed before there was a connection.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void send(OutputStream target, Thread reader) throws IOException {
		StringBuilder lines = new StringBuilder();
		while (reader.isAlive() && !this.stopped) {
			if (this.sent - this.acknowledged > MAX_IN_FLIGHT) {
				LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
				continue;
			}
			lines.setLength(0);
			int from = this.sent;
			int burst = 1 + this.random.nextInt(MAX_BURST);
			int keys = Math.min(RecordedPuts.KEYS, FIRST_KEYS + from / PUTS_PER_KEY);
			int start = this.random.nextInt(keys * RecordedPuts.TIMESTAMPS);
			ByteBuffer cells = ByteBuffer.allocate(burst * Integer.BYTES).order(ByteOrder.nativeOrder());
			for (int i = 0; i < burst; i++) {
				// Mostly in order, as clients do, and now and then anywhere.
				int cell = ((this.random.nextInt(8) == 0) ? this.random.nextInt(keys * RecordedPuts.TIMESTAMPS)
						: start + i) % (keys * RecordedPuts.TIMESTAMPS);
				cells.putInt(cell);
				lines.append("put ")
					.append(RecordedPuts.key(this.number, cell))
					.append(' ')
					.append(from + i)
					.append(' ')
					.append(RecordedPuts.timestamp(cell))
					.append('\n');
			}
			cells.flip();
			this.notes.add(PowerRecord.SENDING, -1, this.number, from, cells, cells.remaining());
			this.sent = from + burst;
			target.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(this.random.nextInt(6000)));
		}
	}

	private void readReplies(InputStream replies) {
		byte[] buffer = new byte[1 << 14];
		long total = 0;
		try {
			int length = replies.read(buffer);
			while (length >= 0) {
				for (int i = 0; i < length; i++) {
					if (buffer[i] != OK[(int) ((total + i) % OK.length)]) {
						this.violation = "a put was answered with "
								+ new String(buffer, i, Math.min(60, length - i), StandardCharsets.UTF_8);
						return;
					}
				}
				total += length;
				int count = this.first + (int) (total / OK.length);
				this.notes.add(PowerRecord.ACKNOWLEDGED, this.number, count, "");
				this.acknowledged = count;
				length = replies.read(buffer);
			}
		}
		catch (IOException ex) {
			// The server was killed.
		}
	}

	/**
	 * Goes on from what a server holds after a start.
	 * @param found the value of each cell
	 */
	void find(long[] found) {
		long latest = RecordedPuts.ABSENT;
		for (long value : found) {
			latest = Math.max(latest, value);
		}
		int executed = (int) Math.max(this.acknowledged, latest + 1);
		this.notes.add(PowerRecord.FOUND, this.number, executed, "");
		this.acknowledged = this.sent;
	}

	void stop() {
		this.stopped = true;
	}

	int number() {
		return this.number;
	}

	int acknowledged() {
		return this.acknowledged;
	}

	/**
	 * Returns what went wrong before the power could fail.
	 * @return what it was, or nothing
	 */
	String violation() {
		return this.violation;
	}

}

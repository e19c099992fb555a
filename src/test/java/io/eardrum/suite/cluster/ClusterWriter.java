package io.eardrum.suite.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.eardrum.suite.fixture.StoredRows;

/**
 * A client of several servers that puts points without waiting, over and over to the same
 * ones, begins a new series now and then, and notes what was acknowledged. When its
 * connection ends, it goes on at the next server, as it would behind a load balancer.
 * <p>
 * It runs in a thread of its own, {@link #run}; the other methods are for another one.
 */
final class ClusterWriter {

	private static final int MAX_BURST = 100;

	private static final int MAX_IN_FLIGHT = 400;

	/** A new series comes once in so many bursts. */
	private static final int BURSTS_A_SERIES = 8;

	/** Leaves processors to the nodes that start meanwhile on the same machine. */
	private static final Duration PACE = Duration.ofMillis(250);

	private static final Duration AFTER_FAILURE = Duration.ofMillis(200);

	private static final int CONNECT_MILLIS = 2000;

	private static final int POLL_MILLIS = 500;

	private static final String OK = "ok\n\n";

	private static final String UNAVAILABLE = "error\nstorage unavailable\n\n";

	private final PutLog log;

	private final List<Integer> ports;

	private final List<ClusterTally> tallies;

	private final Random random;

	/** The index of the server that it talks to. */
	private int server;

	/** The puts that have no answer yet, in their order. */
	private final BlockingQueue<Integer> inFlight = new LinkedBlockingQueue<>(MAX_IN_FLIGHT);

	private volatile boolean stopped;

	private volatile boolean paused;

	private volatile boolean quiet;

	private volatile boolean wasRefused;

	/** The index of the server to go to, if it is not the next one. */
	private volatile int wanted = -1;

	/** When the last answer came, or the first put without one was sent. */
	private volatile long progressNanos;

	/** From which put on none may be acknowledged. */
	private volatile int forbiddenFrom = Integer.MAX_VALUE;

	/**
	 * Makes a client.
	 * @param log takes what it puts
	 * @param first the index of the server that it begins with
	 * @param ports the port of each server
	 * @param tallies counts what each server answers
	 * @param seed of what it puts
	 */
	ClusterWriter(PutLog log, int first, List<Integer> ports, List<ClusterTally> tallies, long seed) {
		this.log = log;
		this.server = first;
		this.ports = List.copyOf(ports);
		this.tallies = List.copyOf(tallies);
		this.random = new Random(seed);
	}

	/**
	 * Puts until it is told to stop.
	 */
	void run() {
		while (!this.stopped) {
			if (!isHeldUp()) {
				session();
				this.tallies.get(this.server).unanswered.add(this.inFlight.size());
				this.inFlight.clear();
				this.server = (this.wanted >= 0) ? this.wanted : (this.server + 1) % this.ports.size();
				this.wanted = -1;
			}
		}
	}

	void stop() {
		this.stopped = true;
	}

	/**
	 * Has it send nothing more until {@link #resume}.
	 */
	void pause() {
		this.paused = true;
	}

	void resume() {
		this.paused = false;
	}

	/**
	 * Tells whether it was paused and all it sent is answered, or never will be.
	 * @return whether it is
	 */
	boolean isQuiet() {
		return this.quiet;
	}

	/**
	 * Has it leave its server for another one.
	 * @param index the index of that server
	 */
	void goTo(int index) {
		this.wanted = index;
	}

	/**
	 * Takes it for wrong if a put is acknowledged that was not sent yet, until the next
	 * call of {@link #allow}.
	 */
	void forbid() {
		this.forbiddenFrom = this.log.sent();
	}

	void allow() {
		this.forbiddenFrom = Integer.MAX_VALUE;
	}

	// The order matters: whoever pauses it must not take it for quiet while it sends.
	private boolean isHeldUp() {
		this.quiet = false;
		if (this.paused) {
			this.quiet = this.inFlight.isEmpty();
			pause(PACE);
			return true;
		}
		return false;
	}

	private void session() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.ports.get(this.server)),
					CONNECT_MILLIS);
			socket.setSoTimeout(POLL_MILLIS);
			InputStream replies = socket.getInputStream();
			Thread reader = new Thread(() -> readReplies(replies), "replies");
			reader.start();
			try {
				send(socket.getOutputStream(), reader);
			}
			catch (IOException ex) {
				// The server is gone; what it has answered is still to be read.
			}
			socket.shutdownOutput();
			reader.join();
		}
		catch (IOException ex) {
			pause(AFTER_FAILURE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.stopped = true;
		}
	}

	private void send(OutputStream target, Thread reader) throws IOException, InterruptedException {
		StringBuilder lines = new StringBuilder();
		while (reader.isAlive() && !this.stopped && (this.wanted < 0 || this.wanted == this.server)) {
			if (isHeldUp()) {
				continue;
			}
			if (this.wasRefused) {
				this.wasRefused = false;
				pause(AFTER_FAILURE);
			}
			lines.setLength(0);
			int burst = 1 + this.random.nextInt(MAX_BURST);
			int cells = PutLog.KEYS * PutLog.TIMESTAMPS;
			int start = this.random.nextInt(cells);
			for (int i = 0; i < burst; i++) {
				// Mostly in order, as clients do, and now and then anywhere.
				int cell = (this.random.nextInt(8) == 0) ? this.random.nextInt(cells) : (start + i) % cells;
				if (i == 0 && this.random.nextInt(BURSTS_A_SERIES) == 0) {
					cell = this.log.newSeries();
				}
				int put = this.log.send(cell);
				if (this.inFlight.isEmpty()) {
					this.progressNanos = System.nanoTime();
				}
				while (!this.inFlight.offer(put, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
					// What waits for answers must have been sent.
					flush(lines, target);
					if (!reader.isAlive()) {
						return;
					}
				}
				lines.append(this.log.line(cell, put));
			}
			flush(lines, target);
			pause(PACE);
		}
	}

	private static void flush(StringBuilder lines, OutputStream target) throws IOException {
		target.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
		lines.setLength(0);
	}

	private void readReplies(InputStream source) {
		byte[] buffer = new byte[1 << 14];
		ByteArrayOutputStream reply = new ByteArrayOutputStream();
		while (true) {
			try {
				int length = source.read(buffer);
				if (length < 0) {
					return;
				}
				for (int i = 0; i < length; i++) {
					reply.write(buffer[i]);
					if (buffer[i] == '\n' && ends(reply) && !take(reply)) {
						return;
					}
				}
			}
			catch (SocketTimeoutException ex) {
				if (!this.inFlight.isEmpty() && System.nanoTime() - this.progressNanos > StoredRows.SILENCE.toNanos()) {
					tally().report("puts had no answer for " + StoredRows.SILENCE);
					return;
				}
			}
			catch (IOException ex) {
				return;
			}
		}
	}

	private static boolean ends(ByteArrayOutputStream reply) {
		byte[] bytes = reply.toByteArray();
		return bytes.length > 1 && bytes[bytes.length - 2] == '\n';
	}

	private boolean take(ByteArrayOutputStream reply) {
		String text = reply.toString(StandardCharsets.UTF_8);
		reply.reset();
		this.progressNanos = System.nanoTime();
		Integer put = this.inFlight.poll();
		if (put == null) {
			tally().report("a reply to nothing: " + text);
			return false;
		}
		if (text.equals(OK)) {
			this.log.acknowledge(put);
			tally().acknowledged.increment();
			if (put >= this.forbiddenFrom) {
				tally().report("a put was acknowledged that can be on one node only");
			}
			return true;
		}
		if (text.equals(UNAVAILABLE)) {
			tally().refused.increment();
			this.wasRefused = true;
			return true;
		}
		tally().report("a put was answered with " + text);
		return false;
	}

	private ClusterTally tally() {
		return this.tallies.get(this.server);
	}

	private static void pause(Duration duration) {
		LockSupport.parkNanos(duration.toNanos());
	}

}

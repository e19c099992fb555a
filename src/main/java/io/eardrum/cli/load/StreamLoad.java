package io.eardrum.cli.load;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Puts points on one thread and reads the replies on another, so that the server always
 * has work to do. What is sent ahead of the replies is limited.
 */
final class StreamLoad implements Load {

	private final Connection connection;

	private final PutLines lines;

	private final int depth;

	private final long maxInFlight;

	/** The frames in flight, oldest first; guarded by this object's monitor. */
	private final Deque<Frame> frames = new ArrayDeque<>();

	private long sent;

	private long acknowledged;

	private boolean lastSent;

	private boolean abandoned;

	StreamLoad(Connection connection, PutLines lines, int depth, int inFlightBytes) {
		this.connection = connection;
		this.lines = lines;
		this.depth = depth;
		this.maxInFlight = Math.max(depth, inFlightBytes / lines.lineLength());
	}

	@Override
	public void run(Measurement measurement) throws IOException {
		Thread writer = new Thread(() -> write(measurement), "load-writer");
		writer.start();
		try {
			do {
				int replies = this.connection.readReplies();
				long nowNanos = System.nanoTime();
				measurement.acknowledged(replies, nowNanos);
				acknowledge(replies, measurement, nowNanos);
			}
			while (!isDone());
		}
		finally {
			abandon();
		}
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

	private void write(Measurement measurement) {
		byte[] bytes = new byte[this.depth * this.lines.lineLength()];
		boolean last;
		try {
			do {
				int length = this.lines.render(bytes, this.depth);
				last = measurement.isOver(System.nanoTime());
				if (!reserve(last)) {
					return;
				}
				this.connection.write(bytes, length);
			}
			while (!last);
		}
		catch (IOException ex) {
			// The reader meets the same end, and reports it.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// The last frame is known as such before it is sent. Otherwise the reader could have
	// all replies without knowing it, and wait for another one.
	private synchronized boolean reserve(boolean last) throws InterruptedException {
		while (!this.abandoned && this.sent + this.depth - this.acknowledged > this.maxInFlight) {
			wait();
		}
		if (this.abandoned) {
			return false;
		}
		this.sent += this.depth;
		this.frames.add(new Frame(this.sent, System.nanoTime()));
		this.lastSent = last;
		return true;
	}

	private synchronized void acknowledge(int replies, Measurement measurement, long nowNanos) throws IOException {
		this.acknowledged += replies;
		if (this.acknowledged > this.sent) {
			throw new IOException(this.acknowledged - this.sent + " replies too many");
		}
		for (Frame frame = this.frames.peek(); frame != null
				&& frame.end() <= this.acknowledged; frame = this.frames.peek()) {
			measurement.roundTrip(frame.sentNanos(), nowNanos);
			this.frames.remove();
		}
		notifyAll();
	}

	private synchronized boolean isDone() {
		return this.lastSent && this.acknowledged == this.sent;
	}

	private synchronized void abandon() {
		this.abandoned = true;
		notifyAll();
	}

	/**
	 * Points that were sent in one write.
	 *
	 * @param end how many points were sent up to the end of this write
	 * @param sentNanos when they were sent
	 */
	private record Frame(long end, long sentNanos) {

	}

}

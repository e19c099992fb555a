package io.eardrum.client;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits how long a server may keep a reading thread waiting. No read may wait longer
 * than a timeout, nor may all reads of one reply together, because a server that sends
 * its bytes one by one is no better than one that sends none. Rows earn a reply more
 * time, a second for each KiB, so that a long reply may take as long as it needs. Only
 * the time spent in reads counts, not what the reader does with the bytes.
 * <p>
 * Used by one thread at a time.
 */
final class WaitLimit {

	private static final long BYTES_FOR_A_SECOND = 1024;

	private final LongSupplier nanoTime;

	private long timeoutNanos;

	private long leftNanos;

	private long startNanos;

	/**
	 * Creates a limit that allows no time yet.
	 * @param nanoTime gives the time, as {@link System#nanoTime()} does
	 */
	WaitLimit(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Begins to wait for something else, such as another reply.
	 * @param timeout how long it may take
	 */
	void begin(Duration timeout) {
		this.timeoutNanos = timeout.toNanos();
		this.leftNanos = this.timeoutNanos;
	}

	/**
	 * Adds the time that arrived rows have earned.
	 * @param bytes the number of bytes of the rows
	 */
	void earn(int bytes) {
		// A reply that has earned 73 years needs no more.
		this.leftNanos = Math.min(Long.MAX_VALUE / 4,
				this.leftNanos + TimeUnit.SECONDS.toNanos(bytes) / BYTES_FOR_A_SECOND);
	}

	/**
	 * Begins a read.
	 * @return how long it may wait, in milliseconds, at least 1
	 * @throws SocketTimeoutException if there is no time left
	 */
	int beginRead() throws SocketTimeoutException {
		if (this.leftNanos <= 0) {
			throw new SocketTimeoutException("the time is over");
		}
		this.startNanos = this.nanoTime.getAsLong();
		return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(Math.min(this.leftNanos, this.timeoutNanos)));
	}

	/**
	 * Ends a read.
	 */
	void endRead() {
		this.leftNanos -= this.nanoTime.getAsLong() - this.startNanos;
	}

}

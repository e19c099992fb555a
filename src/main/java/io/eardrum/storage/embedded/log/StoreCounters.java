package io.eardrum.storage.embedded.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of the store. Safe for any number of threads.
 */
public final class StoreCounters {

	private final LongAdder fsyncs = new LongAdder();

	private final LongAdder fsyncNanos = new LongAdder();

	private final LongAdder checkpoints = new LongAdder();

	private final LongAdder checkpointNanos = new LongAdder();

	private final AtomicInteger waitingWriters = new AtomicInteger();

	private volatile long logBytes;

	private volatile long writtenBytes;

	private volatile long lastCheckpointMillis;

	/**
	 * Counts an fsync.
	 * @param nanos how long it took, in nanoseconds
	 */
	public void synced(long nanos) {
		this.fsyncs.increment();
		this.fsyncNanos.add(nanos);
	}

	/**
	 * Counts bytes that went into the log. Called by one thread at a time.
	 * @param bytes the number of bytes
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void logged(long bytes) {
		this.logBytes += bytes;
		this.writtenBytes += bytes;
	}

	/**
	 * Counts bytes that a checkpoint has removed from the log. Called by one thread at a
	 * time, together with {@link #logged}.
	 * @param bytes the number of bytes
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void logDropped(long bytes) {
		this.logBytes -= bytes;
	}

	/**
	 * Counts a checkpoint.
	 * @param nanos how long it took, in nanoseconds
	 * @param nowMillis when it ended, in milliseconds since 1970
	 */
	public void checkpointed(long nanos, long nowMillis) {
		this.checkpoints.increment();
		this.checkpointNanos.add(nanos);
		this.lastCheckpointMillis = nowMillis;
	}

	void writerWaits() {
		this.waitingWriters.incrementAndGet();
	}

	void writerGoesOn() {
		this.waitingWriters.decrementAndGet();
	}

	public long fsyncs() {
		return this.fsyncs.sum();
	}

	public long fsyncNanos() {
		return this.fsyncNanos.sum();
	}

	public long checkpoints() {
		return this.checkpoints.sum();
	}

	public long checkpointNanos() {
		return this.checkpointNanos.sum();
	}

	public int waitingWriters() {
		return this.waitingWriters.get();
	}

	/**
	 * Returns how much has gone into the log since the start.
	 * @return the number of bytes
	 */
	public long writtenBytes() {
		return this.writtenBytes;
	}

	/**
	 * Returns how much of the log has not been removed by a checkpoint.
	 * @return the number of bytes
	 */
	public long logBytes() {
		return this.logBytes;
	}

	/**
	 * Returns when the last checkpoint ended.
	 * @return the time in milliseconds since 1970; 0 if there was none since the start
	 */
	public long lastCheckpointMillis() {
		return this.lastCheckpointMillis;
	}

}

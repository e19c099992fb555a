package io.eardrum.storage.embedded;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the store counts about itself. Safe for any number of threads.
 */
final class StorageMeters {

	private final LongAdder fsyncs = new LongAdder();

	private final LongAdder fsyncNanos = new LongAdder();

	private final LongAdder checkpoints = new LongAdder();

	private final LongAdder checkpointNanos = new LongAdder();

	private final AtomicInteger waitingWriters = new AtomicInteger();

	private volatile long logBytes;

	private volatile long writtenBytes;

	private volatile long lastCheckpointMillis;

	void synced(long nanos) {
		this.fsyncs.increment();
		this.fsyncNanos.add(nanos);
	}

	/**
	 * Counts what went into the log; by one thread at a time.
	 * @param bytes the number of bytes
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void logged(long bytes) {
		this.logBytes += bytes;
		this.writtenBytes += bytes;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	void logDropped(long bytes) {
		this.logBytes -= bytes;
	}

	void checkpointed(long nanos, long nowMillis) {
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

	long fsyncs() {
		return this.fsyncs.sum();
	}

	long fsyncNanos() {
		return this.fsyncNanos.sum();
	}

	long checkpoints() {
		return this.checkpoints.sum();
	}

	long checkpointNanos() {
		return this.checkpointNanos.sum();
	}

	int waitingWriters() {
		return this.waitingWriters.get();
	}

	/**
	 * Returns how much went into the log since the start.
	 * @return the number of bytes
	 */
	long writtenBytes() {
		return this.writtenBytes;
	}

	long logBytes() {
		return this.logBytes;
	}

	long lastCheckpointMillis() {
		return this.lastCheckpointMillis;
	}

}

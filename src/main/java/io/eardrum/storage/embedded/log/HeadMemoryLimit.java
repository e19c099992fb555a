package io.eardrum.storage.embedded.log;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

import io.eardrum.budget.HeapShare;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Reserves the memory for points before they are logged, and holds writers back while
 * there is none, until a checkpoint has freed some.
 * <p>
 * The most that a batch can take is reserved for it, and what it did not take is
 * returned. Some memory is kept at hand for the batches that follow, so that most of them
 * cost two atomic additions.
 * <p>
 * Safe for any number of threads. Waiting threads continue in the order in which they
 * came.
 */
public final class HeadMemoryLimit {

	/**
	 * How often a waiting writer that is not woken checks whether anything is wrong.
	 */
	private static final Duration LOOK = Duration.ofMillis(100);

	private static final long MAX_STEP_BYTES = 1 << 20;

	/** The part of all memory that is kept at hand. */
	private static final int STEPS = 16;

	private final Heads heads;

	private final HeapShare share;

	private final long maxBytes;

	private final int maxSeriesPoints;

	private final long stepBytes;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final StoreCounters counters;

	private final Runnable whenFull;

	private final LongConsumer excess = this::force;

	/** The reserved bytes: for heads, for batches in progress, and at hand. */
	private final AtomicLong held = new AtomicLong();

	private final AtomicLong atHand = new AtomicLong();

	private final ReentrantLock line = new ReentrantLock(true);

	private final AtomicInteger waiting = new AtomicInteger();

	private volatile boolean tight;

	/**
	 * Creates a limit.
	 * @param heads hold the points
	 * @param share the share of the heap that points may take
	 * @param maxBytes how much of that share at most
	 * @param maxSeriesPoints how many points a series may have in memory before its
	 * writers wait
	 * @param availability decides whether points can be put at all
	 * @param guard shows whether the store is closing
	 * @param counters count the waiting writers
	 * @param whenFull asks for a checkpoint; called by waiting writers
	 */
	public HeadMemoryLimit(Heads heads, HeapShare share, long maxBytes, int maxSeriesPoints,
			WriteAvailability availability, UseGuard guard, StoreCounters counters, Runnable whenFull) {
		this.heads = heads;
		this.share = share;
		this.maxBytes = maxBytes;
		this.maxSeriesPoints = maxSeriesPoints;
		this.stepBytes = Math.min(MAX_STEP_BYTES, maxBytes / STEPS);
		this.availability = availability;
		this.guard = guard;
		this.counters = counters;
		this.whenFull = whenFull;
	}

	/**
	 * Checks whether memory is tight: whether half of it is in use, or other uses of the
	 * heap need it.
	 * @return whether heads should grow by as little as possible
	 */
	public boolean look() {
		this.tight = this.heads.bytes() > this.maxBytes / 2 || this.share.isTight();
		return this.tight;
	}

	public int maxSeriesPoints() {
		return this.maxSeriesPoints;
	}

	/**
	 * Reserves the memory that a batch may take. Waits until there is enough, and until
	 * none of its series has too many points.
	 * @param write the batch
	 * @return how many bytes were reserved, to be {@linkplain #settle settled}
	 * @throws StorageException if the store takes no points
	 */
	public long reserve(PendingWrite write) {
		// What the batch takes beyond that is taken nevertheless, once it is known.
		long bytes = Math.min(write.bytesToAdd(this.heads.epoch(), this.tight), mostBytes());
		if (this.heads.largest() >= this.maxSeriesPoints && hasFullSeries(write)) {
			awaitSeries(write);
		}
		if (this.waiting.get() > 0 || !take(bytes)) {
			reserveInTurn(bytes);
		}
		write.reserved(bytes, this.excess);
		return bytes;
	}

	// A single batch must never ask for more than there can be.
	private long mostBytes() {
		return Math.min(this.maxBytes / 2, Math.max(MAX_STEP_BYTES, this.share.minBytes() / 2));
	}

	private boolean hasFullSeries(PendingWrite write) {
		return write.hasHead(this.heads.epoch(), this.maxSeriesPoints);
	}

	// Does not wait in the line, so that writers of other series don't wait for this one.
	private void awaitSeries(PendingWrite write) {
		boolean interrupted = false;
		ensureGoesOn();
		this.counters.writerWaits();
		try {
			while (hasFullSeries(write)) {
				interrupted |= !awaitCheckpoint();
				ensureGoesOn();
			}
		}
		finally {
			this.counters.writerGoesOn();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void ensureGoesOn() {
		this.availability.ensureWritable();
		if (this.guard.isClosed()) {
			throw new StorageException("the store is closed");
		}
		if (!this.heads.isCheckpointUnderWay() && this.heads.liveBytes() > 0) {
			this.whenFull.run();
		}
	}

	private void reserveInTurn(long bytes) {
		boolean interrupted = false;
		boolean waits = false;
		this.waiting.incrementAndGet();
		this.line.lock();
		try {
			while (!take(bytes)) {
				ensureGoesOn();
				if (!waits) {
					waits = true;
					this.counters.writerWaits();
				}
				if (this.held.get() + bytes > this.maxBytes) {
					interrupted |= !awaitCheckpoint();
				}
				else if (this.share.tryReserve(bytes, LOOK)) {
					// Other uses of the heap had it, and released it by themselves or
					// under pressure.
					this.held.addAndGet(bytes);
					this.atHand.addAndGet(bytes);
				}
			}
		}
		finally {
			this.line.unlock();
			this.waiting.decrementAndGet();
			if (waits) {
				this.counters.writerGoesOn();
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	// Returns whether the thread was not interrupted.
	@SuppressWarnings("WaitNotInLoop") // The callers wait in a loop.
	private synchronized boolean awaitCheckpoint() {
		try {
			wait(LOOK.toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	private boolean take(long bytes) {
		long before = this.atHand.get();
		while (before >= bytes) {
			if (this.atHand.compareAndSet(before, before - bytes)) {
				return true;
			}
			before = this.atHand.get();
		}
		return reserve(Math.max(bytes, this.stepBytes), bytes) || reserve(bytes, bytes);
	}

	private boolean reserve(long bytes, long taken) {
		if (this.held.addAndGet(bytes) > this.maxBytes || !this.share.tryReserve(bytes)) {
			this.held.addAndGet(-bytes);
			return false;
		}
		this.atHand.addAndGet(bytes - taken);
		return true;
	}

	/**
	 * Returns what a batch did not take. What it took beyond its reservation has already
	 * been accounted for, because a checkpoint may have freed it meanwhile.
	 * @param reserved how many bytes were reserved for it
	 * @param grown by how many bytes heads grew
	 */
	public void settle(long reserved, long grown) {
		if (grown >= reserved) {
			return;
		}
		long left = this.atHand.addAndGet(reserved - grown);
		if (left > 2 * this.stepBytes) {
			long rest = left - this.stepBytes;
			if (this.atHand.compareAndSet(left, left - rest)) {
				release(rest);
			}
		}
	}

	/**
	 * Counts memory that heads have already taken.
	 * @param bytes the number of bytes
	 */
	public void force(long bytes) {
		this.held.addAndGet(bytes);
		this.share.force(bytes);
	}

	/**
	 * Counts memory that heads have released, and lets waiting writers check again.
	 * @param bytes the number of bytes
	 */
	public void release(long bytes) {
		this.held.addAndGet(-bytes);
		this.share.release(bytes);
		if (this.waiting.get() > 0) {
			changed();
		}
	}

	/**
	 * Lets waiting writers check again.
	 */
	public synchronized void changed() {
		notifyAll();
	}

}

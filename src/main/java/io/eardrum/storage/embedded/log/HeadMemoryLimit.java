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
 * Reserves the memory that points take before they are logged, and holds writers back
 * while there is none, until a checkpoint has made room.
 * <p>
 * What a batch may take at most is reserved for it, and what it did not take is given
 * back. Some memory is kept at hand for the batches that follow, so that most of them
 * cost two atomic additions.
 * <p>
 * Safe for any number of threads. Those who wait go on in the order in which they came.
 */
public final class HeadMemoryLimit {

	/** How often a waiting writer looks by itself whether anything is wrong. */
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

	/** What is reserved: for heads, for batches under way, and at hand. */
	private final AtomicLong held = new AtomicLong();

	private final AtomicLong atHand = new AtomicLong();

	private final ReentrantLock line = new ReentrantLock(true);

	private final AtomicInteger waiting = new AtomicInteger();

	private volatile boolean tight;

	/**
	 * Creates room for points.
	 * @param heads where they are
	 * @param share what they may take of the heap
	 * @param maxBytes how much of that at most
	 * @param maxSeriesPoints how many points a series may have before its writers wait
	 * @param availability whether points can be put at all
	 * @param guard tells whether the store is closing
	 * @param counters count those who wait
	 * @param whenFull asks for a checkpoint; called by those who wait
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
	 * Looks whether memory is tight: whether half of it is in use, or others need it.
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
	 * Reserves what a batch may take, and waits until there is as much, and no series of
	 * it has too many points.
	 * @param write the batch
	 * @return how much was reserved, to be {@linkplain #settle settled}
	 * @throws StorageException if the store takes no points
	 */
	public long reserve(PendingWrite write) {
		// What goes beyond that is taken all the same, once it is known.
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

	// A single batch must never ask for what there can't be.
	private long mostBytes() {
		return Math.min(this.maxBytes / 2, Math.max(MAX_STEP_BYTES, this.share.minBytes() / 2));
	}

	private boolean hasFullSeries(PendingWrite write) {
		return write.hasHead(this.heads.epoch(), this.maxSeriesPoints);
	}

	// Not in the line: writers of other series don't wait for this one.
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
					// Others had it, and released it, or were made to.
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

	// Returns whether nobody interrupted this thread
	@SuppressWarnings("WaitNotInLoop") // Who calls this looks again.
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
	 * Gives back what a batch did not take. What it took beyond that has been accounted
	 * for already: a checkpoint may have made it free meanwhile.
	 * @param reserved how much was reserved for it
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
	 * Counts what heads have taken already.
	 * @param bytes how much
	 */
	public void force(long bytes) {
		this.held.addAndGet(bytes);
		this.share.force(bytes);
	}

	/**
	 * Counts what heads don't take any more, and lets those who wait look again.
	 * @param bytes how much
	 */
	public void release(long bytes) {
		this.held.addAndGet(-bytes);
		this.share.release(bytes);
		if (this.waiting.get() > 0) {
			changed();
		}
	}

	/**
	 * Lets those who wait look again.
	 */
	public synchronized void changed() {
		notifyAll();
	}

}

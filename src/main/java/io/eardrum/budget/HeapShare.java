package io.eardrum.budget;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;

/**
 * The part of the heap that one use may reserve. Waiting threads are served in the order
 * of arrival, and a later one never takes what the first one waits for.
 * <p>
 * Safe for any number of threads. Below the minimum, which is the usual case, a
 * reservation is one atomic operation and allocates nothing.
 */
public final class HeapShare {

	/** How often a waiting thread looks for slow clients to disconnect. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final CommonHeap common;

	private final HeapUse use;

	private final long minBytes;

	private final long maxBytes;

	/**
	 * Changes that begin or end beyond the minimum are made under the common lock,
	 * because they also change what is left for others.
	 */
	private final AtomicLong used = new AtomicLong();

	private final LongAdder refusals = new LongAdder();

	/** Guarded by the common lock. */
	private final Deque<Condition> queue;

	private volatile boolean queued;

	HeapShare(CommonHeap common, HeapUse use, long minBytes, long maxBytes) {
		this.common = common;
		this.queue = common.newQueue();
		this.use = use;
		this.minBytes = minBytes;
		this.maxBytes = maxBytes;
	}

	/**
	 * Reserves memory if it is free. It does not count as free while a thread waits for
	 * it.
	 * @param bytes how much, 0 or more
	 * @return whether it was reserved
	 */
	public boolean tryReserve(long bytes) {
		if (this.queued) {
			return false;
		}
		if (reserveBelowMinimum(bytes)) {
			return true;
		}
		this.common.lock.lock();
		try {
			return this.queue.isEmpty() && reserveLocked(bytes);
		}
		finally {
			this.common.lock.unlock();
		}
	}

	/**
	 * Reserves memory, and waits for it if it is not free, as {@link #reserve} does. A
	 * refusal is not counted, because the caller goes on asking and checks something else
	 * in between.
	 * @param bytes how much, 0 or more
	 * @param patience how long to wait at most
	 * @return whether it was reserved
	 */
	public boolean tryReserve(long bytes, Duration patience) {
		return tryReserve(bytes) || (bytes <= this.maxBytes && reserveInTurn(bytes, patience.toNanos()));
	}

	/**
	 * Reserves memory. If it is not free, waits until others release it, or until slow
	 * clients that hold some have been disconnected.
	 * @param bytes how much, 0 or more
	 * @param patience how long to wait at most
	 * @throws HeapExhaustedException if there is not enough in that time, or never will
	 * be; nothing is reserved then
	 */
	public void reserve(long bytes, Duration patience) {
		if (!tryReserve(bytes, patience)) {
			this.refusals.increment();
			throw new HeapExhaustedException(this.use, bytes);
		}
	}

	// Each waiting thread has its own condition.
	@SuppressWarnings("ReferenceEquality")
	private boolean reserveInTurn(long bytes, long patienceNanos) {
		boolean interrupted = false;
		this.common.lock.lock();
		Condition turn = this.common.lock.newCondition();
		this.queue.add(turn);
		this.queued = true;
		this.common.waits(1);
		try {
			long left = patienceNanos;
			while (this.queue.peek() != turn || !reserveLocked(bytes)) {
				if (left <= 0) {
					return false;
				}
				long look = Math.min(left, LOOK_NANOS);
				try {
					left -= look - Math.min(look, turn.awaitNanos(look));
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
				if (this.queue.peek() == turn) {
					endSlowClients(bytes);
				}
			}
			return true;
		}
		finally {
			this.queue.remove(turn);
			this.queued = !this.queue.isEmpty();
			this.common.waits(-1);
			CommonHeap.wakeFirst(this.queue);
			this.common.lock.unlock();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	// Gives up the lock, because disconnecting a client may release what it holds.
	private void endSlowClients(long bytes) {
		this.common.lock.unlock();
		try {
			this.common.slowClients().endLongest(bytes);
		}
		finally {
			this.common.lock.lock();
		}
	}

	/**
	 * Reserves memory that is already in use, whether it is free or not.
	 * @param bytes how much, 0 or more
	 */
	public void force(long bytes) {
		if (reserveBelowMinimum(bytes)) {
			return;
		}
		this.common.lock.lock();
		try {
			long before = this.used.getAndAdd(bytes);
			this.common.force(beyondMinimum(before + bytes) - beyondMinimum(before));
		}
		finally {
			this.common.lock.unlock();
		}
	}

	/**
	 * Releases memory.
	 * @param bytes how much, 0 or more, of what has been reserved
	 */
	public void release(long bytes) {
		if (bytes == 0) {
			return;
		}
		long before = this.used.get();
		while (before <= this.minBytes && before >= bytes) {
			if (this.used.compareAndSet(before, before - bytes)) {
				if (this.common.somebodyWaits()) {
					wakeOthers();
				}
				return;
			}
			before = this.used.get();
		}
		this.common.lock.lock();
		try {
			before = this.used.getAndAdd(-bytes);
			if (before < bytes) {
				this.used.addAndGet(bytes);
				throw new IllegalStateException("More " + this.use.label() + " are released than were reserved");
			}
			this.common.force(beyondMinimum(before - bytes) - beyondMinimum(before));
			this.common.wakeFirsts();
		}
		finally {
			this.common.lock.unlock();
		}
		this.common.tellReleased();
	}

	private void wakeOthers() {
		this.common.lock.lock();
		try {
			CommonHeap.wakeFirst(this.queue);
		}
		finally {
			this.common.lock.unlock();
		}
	}

	private boolean reserveBelowMinimum(long bytes) {
		long before = this.used.get();
		while (before + bytes <= this.minBytes) {
			if (this.used.compareAndSet(before, before + bytes)) {
				return true;
			}
			before = this.used.get();
		}
		return false;
	}

	private boolean reserveLocked(long bytes) {
		while (true) {
			long before = this.used.get();
			if (bytes > this.maxBytes - before) {
				return false;
			}
			long more = beyondMinimum(before + bytes) - beyondMinimum(before);
			if (!this.common.take(more)) {
				return false;
			}
			if (this.used.compareAndSet(before, before + bytes)) {
				return true;
			}
			this.common.force(-more);
		}
	}

	private long beyondMinimum(long bytes) {
		return Math.max(0, bytes - this.minBytes);
	}

	/**
	 * Counts a request that the caller of {@link #tryReserve(long)} refused for lack of
	 * this memory.
	 */
	public void refused() {
		this.refusals.increment();
	}

	/**
	 * Returns whether the holders of this memory should hold less, because half of the
	 * share or nearly all of the common memory is in use.
	 * @return whether it is tight
	 */
	public boolean isTight() {
		return this.used.get() > this.maxBytes / 2 || (this.used.get() > this.minBytes / 2 && this.common.isTight());
	}

	// Counts the waiting threads.
	int queueLength() {
		this.common.lock.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.common.lock.unlock();
		}
	}

	/**
	 * Returns how much could be reserved now if no thread waits for it.
	 * @return the number of bytes; less than 0 if more is in use than the limit, as
	 * {@link #force(long)} allows
	 */
	public long freeBytes() {
		long before = this.used.get();
		long beyond = this.common.freeBytes();
		long free = (before < this.minBytes) ? this.minBytes - before + Math.max(0, beyond) : beyond;
		return Math.min(this.maxBytes - before, free);
	}

	public long usedBytes() {
		return this.used.get();
	}

	public long minBytes() {
		return this.minBytes;
	}

	public long maxBytes() {
		return this.maxBytes;
	}

	/**
	 * Returns how often memory was refused.
	 * @return the number of refusals since the start
	 */
	public long refusals() {
		return this.refusals.sum();
	}

}

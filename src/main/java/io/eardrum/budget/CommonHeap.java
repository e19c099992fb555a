package io.eardrum.budget;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The common part of the shares of a budget: the memory beyond their minimums, the lock
 * that guards it, and the queues of threads that wait for it.
 * <p>
 * Safe for any number of threads. Some methods may be called under the lock only.
 */
final class CommonHeap {

	/** Guards {@link #freeBytes} and all queues. */
	final ReentrantLock lock = new ReentrantLock();

	private final SlowClients slowClients = new SlowClients(System::nanoTime);

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/**
	 * The waiting threads, one queue for each share. No queue is added once the budget is
	 * made.
	 */
	private final List<Deque<Condition>> queues = new ArrayList<>();

	private final long sharedBytes;

	/**
	 * What no share has reserved beyond its minimum; less than 0 if a share was forced
	 * to.
	 */
	private volatile long freeBytes;

	/** How many threads wait for any share. Written under the lock. */
	private volatile int waiting;

	/**
	 * Creates the common part, of which nothing is reserved yet.
	 * @param sharedBytes how much there is beyond all minimums
	 */
	CommonHeap(long sharedBytes) {
		this.sharedBytes = sharedBytes;
		this.freeBytes = sharedBytes;
	}

	/**
	 * Creates a queue for a share, while the budget is made.
	 * @return an empty queue, guarded by the lock
	 */
	Deque<Condition> newQueue() {
		Deque<Condition> queue = new ArrayDeque<>();
		this.queues.add(queue);
		return queue;
	}

	SlowClients slowClients() {
		return this.slowClients;
	}

	long sharedBytes() {
		return this.sharedBytes;
	}

	/**
	 * Returns how much no share has reserved beyond its minimum.
	 * @return the number of bytes; less than 0 if more is in use than may be
	 */
	long freeBytes() {
		return this.freeBytes;
	}

	void whenReleased(Runnable listener) {
		this.listeners.add(listener);
	}

	// Less than an eighth of the common memory is left. Read without the lock.
	boolean isTight() {
		return this.freeBytes < this.sharedBytes / 8;
	}

	// Under the lock.
	@SuppressWarnings("NonAtomicVolatileUpdate")
	boolean take(long bytes) {
		if (bytes > this.freeBytes) {
			return false;
		}
		this.freeBytes -= bytes;
		return true;
	}

	// Under the lock.
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void force(long bytes) {
		this.freeBytes -= bytes;
	}

	// Under the lock.
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void waits(int change) {
		this.waiting += change;
	}

	boolean somebodyWaits() {
		return this.waiting > 0;
	}

	// Under the lock.
	void wakeFirsts() {
		this.queues.forEach(CommonHeap::wakeFirst);
	}

	// Under the lock.
	static void wakeFirst(Deque<Condition> queue) {
		Condition first = queue.peek();
		if (first != null) {
			first.signal();
		}
	}

	void tellReleased() {
		for (Runnable listener : this.listeners) {
			listener.run();
		}
	}

}

package io.eardrum.budget;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one account of the heap. Everybody who keeps memory for a request, a connection or
 * the store reserves it here before it is allocated, and releases it afterwards, so that
 * the sum of all that is kept is bounded whoever asks for what.
 * <p>
 * Each {@link HeapUse} has a {@link HeapShare}: a guaranteed minimum, and a maximum. The
 * sum of all minimums and of what is reserved beyond them is never more than the total.
 * <p>
 * Safe for any number of threads.
 */
public final class HeapBudget {

	/** Of the heap, in thousandths. The rest is for the program, and for garbage. */
	private static final int TOTAL_THOUSANDTHS = 650;

	/** What the program takes before anybody has asked for anything, with some room. */
	private static final long BASE_BYTES = 80L << 20;

	/** The part of the heap that one kind of object may keep for its next use. */
	private static final int KEPT_DIVISOR = 64;

	private static final long MIN_TOTAL_BYTES = 16L << 20;

	private static final long HEAP_STEP_BYTES = 64L << 20;

	/** Guards {@link #freeBytes} and all queues. */
	final ReentrantLock lock = new ReentrantLock();

	private final long totalBytes;

	private final Map<HeapUse, HeapShare> shares = new EnumMap<>(HeapUse.class);

	private final SlowClients slowClients;

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/** What no share has reserved beyond its minimum; less than 0 if some had to. */
	private volatile long freeBytes;

	private final long sharedBytes;

	/** How many threads wait, at all shares. Written under the lock. */
	private volatile int waiting;

	/**
	 * Creates a budget.
	 * @param heapBytes the size of the heap
	 * @param totalBytes how much of it may be reserved
	 * @param maxBytes the maximums that differ from the default
	 */
	public HeapBudget(long heapBytes, long totalBytes, Map<HeapUse, Long> maxBytes) {
		this.totalBytes = totalBytes;
		// A small total leaves the shares in their proportions.
		long base = Math.min(heapBytes, totalBytes / TOTAL_THOUSANDTHS * 1000);
		long mins = 0;
		for (HeapUse use : HeapUse.values()) {
			long max = Math.min(totalBytes, maxBytes.getOrDefault(use, use.maxBytes(base)));
			long min = Math.min(max, use.minBytes(base));
			this.shares.put(use, new HeapShare(this, use, min, max));
			mins += min;
		}
		this.sharedBytes = Math.max(0, totalBytes - mins);
		this.freeBytes = this.sharedBytes;
		this.slowClients = new SlowClients(System::nanoTime);
	}

	/**
	 * Returns a budget with the defaults for the heap of this process.
	 * @return a new budget, of which nothing is reserved
	 */
	public static HeapBudget ofThisProcess() {
		long heap = Runtime.getRuntime().maxMemory();
		return new HeapBudget(heap, defaultTotalBytes(heap), Map.of());
	}

	/**
	 * Returns a budget without limits, for tests and tools that serve nobody.
	 * @return a new budget
	 */
	public static HeapBudget unlimited() {
		Map<HeapUse, Long> all = new EnumMap<>(HeapUse.class);
		Arrays.stream(HeapUse.values()).forEach((use) -> all.put(use, Long.MAX_VALUE / 2));
		return new HeapBudget(Runtime.getRuntime().maxMemory(), Long.MAX_VALUE / 2, all);
	}

	static long defaultTotalBytes(long heapBytes) {
		return Math.max(MIN_TOTAL_BYTES, Math.min(heapBytes / 1000 * TOTAL_THOUSANDTHS, heapBytes - BASE_BYTES));
	}

	/**
	 * Returns how much memory may be kept for its next use by those who use it again and
	 * again. It belongs to the program's own, which no share contains.
	 * @return the number of bytes for one kind of object
	 */
	public static long keptBytes() {
		return Runtime.getRuntime().maxMemory() / KEPT_DIVISOR;
	}

	/**
	 * Returns the share of a use.
	 * @param use the use
	 * @return its share
	 */
	public HeapShare share(HeapUse use) {
		return Objects.requireNonNull(this.shares.get(use));
	}

	/**
	 * Returns the clients for whom reserved memory waits.
	 * @return the clients
	 */
	public SlowClients slowClients() {
		return this.slowClients;
	}

	/**
	 * Returns how much one use could ever have, if its maximum were no matter: all that
	 * is not set aside for others.
	 * @param use the use
	 * @return the number of bytes
	 */
	public long mostBytes(HeapUse use) {
		return share(use).minBytes() + this.sharedBytes;
	}

	/**
	 * Returns how large a heap has to be for one use to have so much, with the defaults.
	 * @param use the use
	 * @param bytes how much it needs
	 * @return the size of the heap in bytes, a multiple of 64 MB
	 */
	public static long heapBytesFor(HeapUse use, long bytes) {
		long heap = 0;
		do {
			heap += HEAP_STEP_BYTES;
		}
		while (new HeapBudget(heap, defaultTotalBytes(heap), Map.of()).mostBytes(use) < bytes);
		return heap;
	}

	public long totalBytes() {
		return this.totalBytes;
	}

	/**
	 * Returns how much may still be reserved by a share that has used up its minimum.
	 * @return the number of bytes, 0 or more
	 */
	public long freeBytes() {
		return Math.max(0, uncheckedFreeBytes());
	}

	// The same, and less than 0 if more is in use than may be.
	long uncheckedFreeBytes() {
		return this.freeBytes;
	}

	/**
	 * Adds somebody who is told when memory that all uses share has become free. The
	 * listener is called on the thread that releases, without a lock.
	 * @param listener what is called
	 */
	public void whenReleased(Runnable listener) {
		this.listeners.add(listener);
	}

	// Whether less than an eighth of what all share is left. Read without the lock.
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
		this.shares.values().forEach(HeapShare::wakeFirst);
	}

	void tellReleased() {
		for (Runnable listener : this.listeners) {
			listener.run();
		}
	}

}

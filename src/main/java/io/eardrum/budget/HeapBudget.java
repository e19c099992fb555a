package io.eardrum.budget;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The one budget of the heap. All code that keeps memory for a request, a connection or
 * the store reserves it here before it is allocated, and releases it afterwards. So the
 * sum of what is kept is bounded, whatever clients ask for.
 * <p>
 * Each {@link HeapUse} has a {@link HeapShare} with a guaranteed minimum and a maximum.
 * The sum of all minimums and of what is reserved beyond them is never more than the
 * total.
 * <p>
 * Safe for any number of threads.
 */
public final class HeapBudget {

	/**
	 * The part of the heap that may be reserved, in thousandths. The rest is for the
	 * program and for garbage.
	 */
	private static final int TOTAL_THOUSANDTHS = 650;

	/** What the program takes before the first request, with some room to spare. */
	private static final long BASE_BYTES = 80L << 20;

	/** The part of the heap that one kind of object may keep for its next use. */
	private static final int KEPT_DIVISOR = 64;

	private static final long MIN_TOTAL_BYTES = 16L << 20;

	private static final long HEAP_STEP_BYTES = 64L << 20;

	private final long totalBytes;

	private final Map<HeapUse, HeapShare> shares = new EnumMap<>(HeapUse.class);

	private final CommonHeap common;

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
		Map<HeapUse, Long> mins = new EnumMap<>(HeapUse.class);
		Map<HeapUse, Long> maxs = new EnumMap<>(HeapUse.class);
		for (HeapUse use : HeapUse.values()) {
			long max = Math.min(totalBytes, maxBytes.getOrDefault(use, use.maxBytes(base)));
			maxs.put(use, max);
			mins.put(use, Math.min(max, use.minBytes(base)));
		}
		long reserved = mins.values().stream().mapToLong(Long::longValue).sum();
		this.common = new CommonHeap(Math.max(0, totalBytes - reserved));
		mins.forEach((use, min) -> this.shares.put(use,
				new HeapShare(this.common, use, min, Objects.requireNonNull(maxs.get(use)))));
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
	 * Returns a budget without limits, for tests and for tools that have no clients.
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
	 * Returns how much memory a pool of reusable objects may keep for their next use. It
	 * is part of the program's own memory, which no share contains.
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
	 * Returns the slow clients that have memory reserved.
	 * @return the clients
	 */
	public SlowClients slowClients() {
		return this.common.slowClients();
	}

	/**
	 * Returns how much one use could ever have if it had no maximum: all that is not set
	 * aside for others.
	 * @param use the use
	 * @return the number of bytes
	 */
	public long mostBytes(HeapUse use) {
		return share(use).minBytes() + this.common.sharedBytes();
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
		return Math.max(0, this.common.freeBytes());
	}

	/**
	 * Adds a listener for the release of memory that all uses share. It is called on the
	 * thread that releases, without a lock.
	 * @param listener the listener
	 */
	public void whenReleased(Runnable listener) {
		this.common.whenReleased(listener);
	}

}

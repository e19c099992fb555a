package io.eardrum.storage.embedded.head;

/**
 * Provides heads with memory: blocks cut one after the other from large arrays.
 * <p>
 * All new points live until the next checkpoint. If they were in many small arrays, the
 * garbage collector would copy them each time and pause for it; the measured pauses were
 * a tenth of a second and more on two busy processors. It does not copy these arrays,
 * because they are too large. An array is freed when the last head in it has been
 * dropped.
 * <p>
 * Used by one thread at a time, as {@link Heads} is.
 */
public final class HeadArena {

	/** The smallest size of an array. */
	private static final long MIN_BYTES = 1 << 20;

	/**
	 * The largest size of an array. The JVM takes too long to clear a larger one, and
	 * commits wait for that.
	 */
	private static final long MAX_BYTES = 8 << 20;

	private static final int ARRAY_HEADER_BYTES = 16;

	/**
	 * The size of a block while memory is tight. With its object, it takes no more memory
	 * than a new head.
	 */
	private static final int TIGHT_BLOCK_POINTS = 7;

	/** The number of regions into which the G1 collector aims to divide its heap. */
	private static final int REGIONS = 2048;

	private final int arrayCells;

	private long[] cells = new long[0];

	private int used;

	private boolean tight;

	/**
	 * Creates an arena whose arrays fit the heap of this process.
	 */
	public HeadArena() {
		this(arrayBytes(Runtime.getRuntime().maxMemory()));
	}

	/**
	 * Creates an arena.
	 * @param arrayBytes how many bytes each array takes, including its header
	 */
	public HeadArena(long arrayBytes) {
		this.arrayCells = (int) ((arrayBytes - ARRAY_HEADER_BYTES) / Long.BYTES);
	}

	/**
	 * Returns how large an array has to be so that G1 does not copy it: more than half a
	 * region, and ideally a full region.
	 * @param heapBytes the maximum size of the heap
	 * @return the number of bytes, a power of two
	 */
	static long arrayBytes(long heapBytes) {
		long bytes = MIN_BYTES;
		while (bytes < MAX_BYTES && bytes * REGIONS < heapBytes) {
			bytes *= 2;
		}
		return bytes;
	}

	/**
	 * Sets whether memory is tight, so that blocks must be as small as possible.
	 * @param little whether it is tight
	 */
	void tight(boolean little) {
		this.tight = little;
	}

	boolean isTight() {
		return this.tight;
	}

	/**
	 * Takes a block.
	 * @param start how many points of the head are in the blocks before it
	 * @param points for how many points there should be room; the block has room for
	 * fewer while memory is tight or if the array ends sooner
	 * @param fewest for how many points there must be room
	 * @return the block
	 */
	public HeadBlock take(int start, int points, int fewest) {
		int free = (this.cells.length - this.used) / 2;
		if (free < fewest) {
			this.cells = new long[Math.max(this.arrayCells, fewest * 2)];
			this.used = 0;
			free = this.cells.length / 2;
		}
		int most = this.tight ? Math.max(fewest, TIGHT_BLOCK_POINTS) : free;
		HeadBlock block = new HeadBlock(this.cells, this.used, Math.min(points, Math.min(most, free)), start);
		this.used += block.capacity() * 2;
		return block;
	}

}

package io.eardrum.storage.embedded.head;

/**
 * Gives heads their memory: blocks cut from large arrays, one behind the other.
 * <p>
 * All points that come live until the next checkpoint. As many small arrays, they would
 * be what the garbage collector copies each time, and pauses for; measured, a tenth of a
 * second and more on two busy processors. These arrays are too large for it to copy, and
 * go as a whole when the last head in them has gone.
 * <p>
 * Used by one thread at a time, as the {@link Heads} are.
 */
public final class HeadArena {

	/** What one array is to take at least. */
	private static final long MIN_BYTES = 1 << 20;

	/** More takes too long to be cleared by the JVM, which commits wait for. */
	private static final long MAX_BYTES = 8 << 20;

	private static final int ARRAY_HEADER_BYTES = 16;

	/** With its object, no more than a new head takes. */
	private static final int TIGHT_BLOCK_POINTS = 7;

	/** Into how many regions the G1 collector would like to divide its heap. */
	private static final int REGIONS = 2048;

	private final int arrayCells;

	private long[] cells = new long[0];

	private int used;

	private boolean tight;

	/**
	 * Creates memory for the heap of this process.
	 */
	public HeadArena() {
		this(arrayBytes(Runtime.getRuntime().maxMemory()));
	}

	/**
	 * Creates memory.
	 * @param arrayBytes how much each array takes, its header included
	 */
	public HeadArena(long arrayBytes) {
		this.arrayCells = (int) ((arrayBytes - ARRAY_HEADER_BYTES) / Long.BYTES);
	}

	/**
	 * Returns how large an array has to be for G1 not to copy it: more than half a
	 * region, and at best all of one.
	 * @param heapBytes how large the heap may be
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
	 * Says whether blocks are to be as small as they can be.
	 * @param little whether they are
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
	 * @param points for how many points there should be room; there is for less while
	 * memory is tight
	 * @param fewest for how many there has to be, if an array ends sooner
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

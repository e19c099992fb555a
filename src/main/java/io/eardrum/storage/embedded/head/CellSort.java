package io.eardrum.storage.embedded.head;

import java.util.Arrays;

/**
 * Collects points and sorts them strictly ascending; of several points with one
 * timestamp, the last put remains. Each timestamp is followed by the bits of its value.
 * <p>
 * A stable merge sort that starts from the runs it finds, because points that come late
 * come in runs as well. It works in arrays that are reused.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class CellSort {

	/** Two arrays of points, and the ends of the runs before and after a step. */
	public static final int BYTES_PER_POINT = 2 * HeadBlock.BYTES_PER_POINT + 2 * Integer.BYTES;

	private final int capacity;

	private long[] cells;

	private long[] spare = new long[0];

	private int[] ends = new int[0];

	private int size;

	/**
	 * Makes room for points.
	 * @param capacity how many points at most
	 */
	public CellSort(int capacity) {
		this.capacity = capacity;
		this.cells = new long[capacity * 2];
	}

	boolean isFull() {
		return this.size == this.capacity;
	}

	public int size() {
		return this.size;
	}

	int capacity() {
		return this.capacity;
	}

	/**
	 * Returns the array that holds the points now, from its start.
	 * @return the array itself, not a copy
	 */
	public long[] cells() {
		return this.cells;
	}

	long lastTimestamp() {
		return this.cells[this.size * 2 - 2];
	}

	void truncate(int newSize) {
		this.size = newSize;
	}

	public void add(long timestamp, long bits) {
		int cell = this.size * 2;
		this.cells[cell] = timestamp;
		this.cells[cell + 1] = bits;
		this.size++;
	}

	void addAll(long[] source, int offset, int points) {
		System.arraycopy(source, offset, this.cells, this.size * 2, points * 2);
		this.size += points;
	}

	/**
	 * Sorts the points and drops those that were overwritten.
	 */
	public void sort() {
		int runs = findRuns();
		while (runs > 1) {
			if (this.spare.length < this.size * 2) {
				this.spare = new long[this.cells.length];
			}
			runs = mergePairs(runs);
			long[] swap = this.cells;
			this.cells = this.spare;
			this.spare = swap;
		}
	}

	private int findRuns() {
		int runs = 0;
		for (int i = 1; i <= this.size; i++) {
			if (i == this.size || this.cells[i * 2] <= this.cells[i * 2 - 2]) {
				if (runs == this.ends.length) {
					this.ends = Arrays.copyOf(this.ends, Math.max(16, Math.min(this.capacity, runs * 2)));
				}
				this.ends[runs++] = i;
			}
		}
		return runs;
	}

	// The ends of the merged runs overwrite the ends that have been read already.
	private int mergePairs(int runs) {
		int written = 0;
		int start = 0;
		int merged = 0;
		for (int i = 0; i < runs; i += 2) {
			int middle = this.ends[i];
			int end = (i + 1 < runs) ? this.ends[i + 1] : middle;
			written = merge(start, middle, end, written);
			this.ends[merged++] = written;
			start = end;
		}
		this.size = written;
		return merged;
	}

	private int merge(int from, int middle, int to, int start) {
		long[] source = this.cells;
		long[] target = this.spare;
		int older = from;
		int newer = middle;
		int written = start;
		while (older < middle || newer < to) {
			boolean takeNewer = older == middle || (newer < to && source[newer * 2] <= source[older * 2]);
			if (takeNewer && older < middle && source[newer * 2] == source[older * 2]) {
				older++;
			}
			int taken = takeNewer ? newer++ : older++;
			target[written * 2] = source[taken * 2];
			target[written * 2 + 1] = source[taken * 2 + 1];
			written++;
		}
		return written;
	}

}

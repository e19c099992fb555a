package io.eardrum.storage.embedded;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The points that a series had in memory at one moment, ascending strictly, the last put
 * of each timestamp.
 * <p>
 * A copy, although nothing of what it copies ever changes: heads share large arrays, and
 * a client that reads slowly would keep those that are long since in chunks.
 */
final class HeadSnapshot {

	private static final HeadSnapshot EMPTY = new HeadSnapshot(new long[0], 0);

	/** Timestamp and bits of the value, in turn. */
	private final long[] cells;

	private final int size;

	private int next;

	private HeadSnapshot(long[] cells, int size) {
		this.cells = cells;
		this.size = size;
	}

	/**
	 * Takes a snapshot.
	 * @param head the newest head of the series
	 * @return its points and those of the heads behind it
	 */
	static HeadSnapshot of(@Nullable Head head) {
		if (head == null) {
			return EMPTY;
		}
		Head previous = head.previous();
		int size = head.size();
		int olderSize = (previous != null) ? previous.size() : 0;
		long[] all = new long[(olderSize + size) * 2];
		if (previous != null) {
			previous.copyTo(olderSize, all, 0);
		}
		head.copyTo(size, all, olderSize * 2);
		return (previous == null && head.isAscending()) ? new HeadSnapshot(all, size) : sorted(all, olderSize + size);
	}

	/**
	 * Estimates how much memory it takes to take a snapshot.
	 * @param head the newest head of the series
	 * @return the number of bytes, with what sorting needs
	 */
	static long bytesToTake(@Nullable Head head) {
		if (head == null) {
			return 0;
		}
		Head previous = head.previous();
		if (previous == null) {
			long bytes = (long) head.size() * HeadBlock.BYTES_PER_POINT;
			return head.isAscending() ? bytes : 2 * bytes;
		}
		return 2L * (previous.size() + head.size()) * HeadBlock.BYTES_PER_POINT;
	}

	/**
	 * Tells how much memory this holds.
	 * @return the number of bytes
	 */
	long bytes() {
		return (long) this.cells.length * Long.BYTES;
	}

	// Sorts points and drops those that were overwritten: a stable merge sort that starts
	// from the runs it finds, for points that come late come in runs as well.
	private static HeadSnapshot sorted(long[] cells, int size) {
		long[] source = cells;
		long[] target = new long[0];
		int count = size;
		int[] ends = runEnds(source, count);
		while (ends.length > 1) {
			if (target.length < count * 2) {
				target = new long[count * 2];
			}
			int[] mergedEnds = new int[(ends.length + 1) / 2];
			int written = 0;
			int start = 0;
			for (int i = 0; i < ends.length; i += 2) {
				int middle = ends[i];
				int end = (i + 1 < ends.length) ? ends[i + 1] : middle;
				written = mergeRuns(source, start, middle, end, target, written);
				mergedEnds[i / 2] = written;
				start = end;
			}
			long[] swap = source;
			source = target;
			target = swap;
			count = written;
			ends = mergedEnds;
		}
		return new HeadSnapshot(source, count);
	}

	private static int[] runEnds(long[] cells, int size) {
		int[] ends = new int[16];
		int runs = 0;
		for (int i = 1; i <= size; i++) {
			if (i == size || cells[i * 2] <= cells[i * 2 - 2]) {
				if (runs == ends.length) {
					ends = Arrays.copyOf(ends, runs * 2);
				}
				ends[runs++] = i;
			}
		}
		return Arrays.copyOf(ends, runs);
	}

	private static int mergeRuns(long[] source, int from, int middle, int to, long[] target, int start) {
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

	boolean hasNext() {
		return this.next < this.size;
	}

	/**
	 * Tells the timestamp of the next point.
	 * @return the timestamp
	 */
	long timestamp() {
		return this.cells[this.next * 2];
	}

	double value() {
		return Double.longBitsToDouble(this.cells[this.next * 2 + 1]);
	}

	void advance() {
		this.next++;
	}

	/**
	 * Skips the points before a timestamp.
	 * @param timestamp the first one that counts
	 */
	void skipTo(long timestamp) {
		int low = this.next;
		int high = this.size;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (this.cells[middle * 2] < timestamp) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		this.next = low;
	}

	/**
	 * Moves as many points as there is room for.
	 * @param limit how many at most
	 * @param to the last timestamp that counts
	 * @param target takes the points
	 */
	void drainTo(int limit, long to, PointColumns target) {
		int end = (int) Math.min(this.size, (long) this.next + limit);
		while (this.next < end && timestamp() <= to) {
			target.add(timestamp(), value());
			advance();
		}
	}

}

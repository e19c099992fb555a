package io.eardrum.storage.embedded.head;

import java.util.Arrays;

/**
 * Sorts any number of points in memory for a few: it goes over all points repeatedly and
 * each time takes those that come next in time. A sample of the timestamps predicts how
 * far each pass gets, so that few points are sorted in vain.
 * <p>
 * The points must not change meanwhile. Not safe for use by several threads at once.
 */
public final class CellWindows {

	private static final int SAMPLES = 1024;

	private final Source source;

	private final CellSort sort;

	/** A sample of the timestamps, ascending. */
	private final long[] sample;

	/** How many points each timestamp in the sample stands for. */
	private final int stride;

	private long from;

	private long bound;

	private boolean ended;

	/**
	 * Creates windows over points.
	 * @param source the points
	 * @param count how many there are
	 * @param from the first timestamp that counts
	 * @param sort sorts the points, some at a time
	 */
	public CellWindows(Source source, int count, long from, CellSort sort) {
		this.source = source;
		this.sort = sort;
		this.from = from;
		this.stride = Math.max(1, count / SAMPLES);
		this.sample = (count > sort.capacity()) ? sample(source, count, this.stride) : new long[0];
	}

	private static long[] sample(Source source, int count, int stride) {
		long[] sample = new long[count / stride];
		int[] seen = new int[2];
		source.visit((cells, offset, points) -> {
			int next = seen[1] * stride;
			while (next < seen[0] + points && seen[1] < sample.length) {
				sample[seen[1]++] = cells[offset + (next - seen[0]) * 2];
				next += stride;
			}
			seen[0] += points;
		});
		Arrays.sort(sample);
		return sample;
	}

	/**
	 * Sorts the next points.
	 * @return whether there are any; they are then in {@link #sort()}
	 */
	public boolean next() {
		this.sort.truncate(0);
		while (!this.ended && this.sort.size() == 0) {
			this.bound = expectedBound();
			this.source.visit(this::collect);
			this.sort.sort();
			this.ended = this.bound == Long.MAX_VALUE;
			if (!this.ended) {
				this.from = this.bound + 1;
			}
		}
		return this.sort.size() > 0;
	}

	/**
	 * Returns the sort that holds the points of the present window.
	 * @return the sort that was passed to the constructor
	 */
	public CellSort sort() {
		return this.sort;
	}

	private void collect(long[] cells, int offset, int points) {
		for (int cell = offset; cell < offset + points * 2; cell += 2) {
			long timestamp = cells[cell];
			if (timestamp < this.from || timestamp > this.bound) {
				continue;
			}
			if (this.sort.isFull()) {
				makeRoom();
				if (timestamp > this.bound) {
					continue;
				}
			}
			this.sort.add(timestamp, cells[cell + 1]);
		}
	}

	// Keeps the first half of the points. Points that come later and belong into that
	// half are still taken, and win.
	private void makeRoom() {
		this.sort.sort();
		int half = this.sort.capacity() / 2;
		if (this.sort.size() > half) {
			this.sort.truncate(half);
			this.bound = this.sort.lastTimestamp();
		}
	}

	// Three quarters of the capacity, because samples are not exact.
	private long expectedBound() {
		int first = Arrays.binarySearch(this.sample, this.from);
		first = (first >= 0) ? first : -first - 1;
		int last = first + this.sort.capacity() / 4 * 3 / this.stride;
		return (last < this.sample.length) ? this.sample[last] : Long.MAX_VALUE;
	}

	/**
	 * Points that can be visited repeatedly.
	 */
	@FunctionalInterface
	public interface Source {

		void visit(CellVisitor visitor);

	}

}

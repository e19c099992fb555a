package io.eardrum.storage.series;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.pattern.SortedKeys;

/**
 * Collects some of the series of a {@link SortedSeries}, and puts them into the order of
 * their numbers. The memory this takes is reserved until it is closed. Used by one
 * thread.
 */
final class FoundSeries implements SortedKeys.Places, AutoCloseable {

	private static final int INITIAL = 256;

	/** A number, a place, and as much to sort with. */
	private static final long SERIES_BYTES = 2L * Long.BYTES;

	private final SortedSeries sorted;

	private final int max;

	private final @Nullable HeapShare share;

	/** The number and the place of each series. */
	private long[] found = new long[INITIAL];

	private int size;

	private long reservedBytes;

	/**
	 * Creates an empty collection.
	 * @param sorted the series
	 * @param max how many it takes
	 * @param share the share from which memory is reserved, or {@code null} to count none
	 */
	FoundSeries(SortedSeries sorted, int max, @Nullable HeapShare share) {
		this.sorted = sorted;
		this.max = max;
		this.share = share;
	}

	@Override
	public boolean add(int from, int to) {
		if (to - from > this.max - this.size || !hasRoom(this.size + to - from)) {
			return false;
		}
		for (int place = from; place < to; place++) {
			IndexedSeries entry = this.sorted.get(place);
			if (entry != null) {
				this.found[this.size++] = (long) entry.number() << Integer.SIZE | place;
			}
		}
		return true;
	}

	private boolean hasRoom(int needed) {
		if (needed <= this.found.length) {
			return true;
		}
		int capacity = Math.min(this.max, needed + needed / 2);
		long more = (capacity - this.found.length) * SERIES_BYTES;
		if (this.share != null && !this.share.tryReserve(more)) {
			return false;
		}
		this.reservedBytes += more;
		this.found = Arrays.copyOf(this.found, capacity);
		return true;
	}

	/**
	 * Puts the series into the order of their numbers, each once.
	 */
	void sort() {
		Arrays.sort(this.found, 0, this.size);
		int distinct = Math.min(1, this.size);
		for (int i = 1; i < this.size; i++) {
			if (this.found[i] != this.found[i - 1]) {
				this.found[distinct++] = this.found[i];
			}
		}
		this.size = distinct;
	}

	int size() {
		return this.size;
	}

	/**
	 * Returns a series.
	 * @param index its index, from 0, below {@link #size()}
	 * @return the series, or {@code null} if it has been removed meanwhile
	 */
	@Nullable IndexedSeries get(int index) {
		return this.sorted.get((int) this.found[index]);
	}

	@Override
	public void close() {
		if (this.share != null) {
			this.share.release(this.reservedBytes);
		}
		this.reservedBytes = 0;
	}

}

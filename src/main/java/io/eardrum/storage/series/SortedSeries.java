package io.eardrum.storage.series;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.SortedKeys;

/**
 * Series in the order of their keys, with a gap for each one that has been removed: those
 * of an index up to a certain number. Any thread may read them. They are only changed by
 * removals, under the lock of the index.
 */
final class SortedSeries implements SortedKeys {

	static final SortedSeries NONE = new SortedSeries(new IndexedSeries[0], 0, 0);

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(IndexedSeries[].class);

	private static final int REFERENCE_BYTES = 4;

	private final IndexedSeries[] entries;

	private final int size;

	private final int endNumber;

	/** Written under the lock of the index, like the field that follows. */
	private volatile int gaps;

	/** What the gaps take, with the keys that they keep. */
	private volatile long gapBytes;

	private SortedSeries(IndexedSeries[] entries, int size, int endNumber) {
		this.entries = entries;
		this.size = size;
		this.endNumber = endNumber;
	}

	@Override
	public int size() {
		return this.size;
	}

	/**
	 * Returns the number of the first series that is not among these.
	 * @return the number
	 */
	int endNumber() {
		return this.endNumber;
	}

	int gaps() {
		return this.gaps;
	}

	@Nullable IndexedSeries get(int place) {
		IndexedSeries entry = entry(place);
		return (entry instanceof Gap) ? null : entry;
	}

	private IndexedSeries entry(int place) {
		return (IndexedSeries) ELEMENT.getAcquire(this.entries, place);
	}

	@Override
	public SeriesKey key(int place) {
		return entry(place).key();
	}

	@Override
	public boolean isRemoved(int place) {
		return entry(place) instanceof Gap;
	}

	@Override
	public int seek(byte[] bytes, int length, int from) {
		int low = from;
		int high = this.size;
		int step = 1;
		int probe = from;
		// From a place in the middle, looks ever farther away.
		while (from > 0 && probe < high) {
			if (key(probe).compareTo(bytes, length) >= 0) {
				high = probe;
			}
			else {
				low = probe + 1;
				probe += Math.min(step, this.size - probe);
				step *= 2;
			}
		}
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (key(middle).compareTo(bytes, length) < 0) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	/**
	 * Removes a series. Called under the lock of the index.
	 * @param removed the series
	 */
	@SuppressWarnings({ "NonAtomicVolatileUpdate", "ReferenceEquality" })
	void remove(IndexedSeries removed) {
		byte[] key = removed.key().toBytes();
		int place = seek(key, key.length, 0);
		if (place < this.size && entry(place) == removed) {
			ELEMENT.setRelease(this.entries, place, new Gap(removed.key(), removed.number()));
			this.gaps = this.gaps + 1;
			this.gapBytes = this.gapBytes + Gap.BYTES + IndexMemory.bytesOf(removed.key());
		}
	}

	/**
	 * Returns the same series and some more.
	 * @param more the series that are added, with their keys in any order; they are
	 * sorted
	 * @param end the number of the first series that is not among all of these
	 * @return the series, without the gaps
	 */
	SortedSeries and(IndexedSeries[] more, int end) {
		int count = more.length;
		Arrays.sort(more, Comparator.comparing(IndexedSeries::key));
		IndexedSeries[] merged = new IndexedSeries[this.size - this.gaps + count];
		int to = 0;
		int from = 0;
		for (int i = 0; i <= count; i++) {
			byte[] key = (i < count) ? more[i].key().toBytes() : null;
			int before = (key != null) ? seek(key, key.length, from) : this.size;
			for (; from < before; from++) {
				IndexedSeries entry = get(from);
				if (entry != null) {
					merged[to++] = entry;
				}
			}
			if (i < count) {
				merged[to++] = more[i];
			}
		}
		return new SortedSeries(merged, to, end);
	}

	/**
	 * Returns how much memory these series take here.
	 * @return the number of bytes
	 */
	long bytes() {
		return bytes(this.entries.length) + this.gapBytes;
	}

	static long bytes(int capacity) {
		return (long) REFERENCE_BYTES * capacity;
	}

}

package io.eardrum.storage.series;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The series of an index in the order of their numbers, with a gap for each one that has
 * been removed. Any thread may read it; only the index changes it, under its lock.
 *
 * @param <S> the type of the entries
 */
public final class SeriesListing<S extends IndexedSeries> {

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(IndexedSeries[].class);

	private final IndexedSeries[] entries;

	private volatile int size;

	private int gaps;

	SeriesListing(int capacity) {
		this.entries = new IndexedSeries[capacity];
	}

	/**
	 * Returns how many places there are now, gaps included.
	 * @return the number of places
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Returns the series at a place.
	 * @param place the place, from 0, below {@link #size()}
	 * @return the series, or {@code null} if it has been removed
	 */
	@SuppressWarnings("unchecked")
	public @Nullable S get(int place) {
		return (S) ELEMENT.getAcquire(this.entries, place);
	}

	/**
	 * Finds where to begin with the series from a number on.
	 * @param number the number
	 * @return the first place that has a series with this number or a later one, or
	 * {@link #size()}
	 */
	public int placeFrom(int number) {
		int low = 0;
		int high = this.size;
		while (low < high) {
			int middle = (low + high) >>> 1;
			int at = middle;
			S entry = get(at);
			while (entry == null && at > low) {
				entry = get(--at);
			}
			if (entry == null || entry.number() < number) {
				low = middle + 1;
			}
			else {
				high = at;
			}
		}
		return low;
	}

	@Nullable S find(int number) {
		int place = place(number);
		return (place >= 0) ? get(place) : null;
	}

	// Without gaps, a series is at the place of its number, and otherwise before it.
	private int place(int number) {
		int low = 0;
		int high = Math.min(number, this.size - 1);
		int middle = high;
		while (low <= high) {
			S entry = get(middle);
			int at = middle;
			while (entry == null && at > low) {
				entry = get(--at);
			}
			if (entry == null || entry.number() < number) {
				low = middle + 1;
			}
			else if (entry.number() == number) {
				return at;
			}
			else {
				high = at - 1;
			}
			middle = (low + high) >>> 1;
		}
		return -1;
	}

	void add(IndexedSeries added) {
		int place = this.size;
		ELEMENT.setRelease(this.entries, place, added);
		this.size = place + 1;
	}

	void remove(int number) {
		int place = place(number);
		if (place >= 0) {
			ELEMENT.setRelease(this.entries, place, null);
			this.gaps++;
		}
	}

	boolean isFull() {
		return this.size == this.entries.length;
	}

	int capacity() {
		return this.entries.length;
	}

	int gaps() {
		return this.gaps;
	}

}

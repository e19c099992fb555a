package io.eardrum.storage.series;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * The series of an index in the order of their numbers, with a gap for each one that has
 * been removed. Any thread may read it; only the index changes it, under its lock.
 * <p>
 * Implementation note: a gap keeps the number of its series. So a number is found by
 * bisection, however many neighbours have been removed.
 *
 * @param <S> the type of the entries
 */
public final class SeriesListing<S extends IndexedSeries> {

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(IndexedSeries[].class);

	private static final SeriesKey NO_KEY = SeriesKey.of(new byte[1], 0, 1);

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
		IndexedSeries entry = entry(place);
		return (entry instanceof Gap) ? null : (S) entry;
	}

	private IndexedSeries entry(int place) {
		return (IndexedSeries) ELEMENT.getAcquire(this.entries, place);
	}

	/**
	 * Finds where to begin with the series from a number on.
	 * @param number the number
	 * @return the first place whose series has this number or a later one, whether it is
	 * there or has been removed, or {@link #size()}
	 */
	public int placeFrom(int number) {
		int low = 0;
		int high = this.size;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (entry(middle).number() < number) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	@Nullable S find(int number) {
		int last = this.size - 1;
		// As long as no series has been removed, each one is at the place of its number.
		boolean inPlace = number >= 0 && number <= last && entry(number).number() == number;
		int place = inPlace ? number : placeFrom(number);
		S found = (place <= last) ? get(place) : null;
		return (found != null && found.number() == number) ? found : null;
	}

	void add(IndexedSeries added) {
		int place = this.size;
		ELEMENT.setRelease(this.entries, place, added);
		this.size = place + 1;
	}

	void remove(IndexedSeries removed) {
		int place = placeFrom(removed.number());
		ELEMENT.setRelease(this.entries, place, new Gap(NO_KEY, removed.number()));
		this.gaps++;
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

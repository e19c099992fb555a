package io.eardrum.storage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * All series of a store, found by the bytes of their key without making an object of
 * them, and numbered from 0 in the order in which they came.
 * <p>
 * Implementation note: an open-addressing table of entries, at most half full, next to an
 * array of the same entries by number. Only additions change either, under the lock of
 * this object. Readers take no lock: they see a table that was whole when it was
 * published, and an entry in it either fully or not at all (its fields are final, and it
 * is stored with release semantics). A reader that just misses a new entry looks again
 * under the lock before it adds one. Who finds an entry also meets it when walking over
 * the numbers: it is counted first.
 * <p>
 * Memory: 12 to 24 bytes a series with compressed references, besides the entry and its
 * key.
 *
 * @param <S> the type of the entries
 */
public final class SeriesIndex<S extends SeriesIndex.Entry> {

	private static final int INITIAL_SERIES = 16;

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Entry[].class);

	private volatile Entry[] table = new Entry[INITIAL_SERIES * 2];

	private volatile Entry[] byNumber = new Entry[INITIAL_SERIES];

	private volatile int size;

	/**
	 * Finds the series with a key.
	 * @param bytes the array in which the bytes of the key stand
	 * @param offset where they start
	 * @param length how many there are
	 * @param hash the hash of the key, as {@link SeriesKey#hash} tells it
	 * @return the series, or {@code null} if there is none
	 */
	public @Nullable S find(byte[] bytes, int offset, int length, int hash) {
		Entry[] entries = this.table;
		int mask = entries.length - 1;
		for (int slot = hash & mask;; slot = (slot + 1) & mask) {
			Entry entry = (Entry) ELEMENT.getAcquire(entries, slot);
			if (entry == null) {
				return null;
			}
			if (entry.key.hashCode() == hash && entry.key.matches(bytes, offset, length)) {
				return cast(entry);
			}
		}
	}

	/**
	 * Finds the series with a key.
	 * @param key the key
	 * @return the series, or {@code null} if there is none
	 */
	public @Nullable S find(SeriesKey key) {
		Entry[] entries = this.table;
		int mask = entries.length - 1;
		for (int slot = key.hashCode() & mask;; slot = (slot + 1) & mask) {
			Entry entry = (Entry) ELEMENT.getAcquire(entries, slot);
			if (entry == null || entry.key.equals(key)) {
				return (entry != null) ? cast(entry) : null;
			}
		}
	}

	/**
	 * Returns the series with a key, and makes it if there is none.
	 * @param key the key
	 * @param factory makes a series that has this key and the number it is given; called
	 * under the lock of this object
	 * @return the series
	 */
	public synchronized S findOrAdd(SeriesKey key, IntFunction<S> factory) {
		S known = find(key);
		if (known != null) {
			return known;
		}
		int number = this.size;
		S added = factory.apply(number);
		if (number == this.byNumber.length) {
			this.byNumber = Arrays.copyOf(this.byNumber, number * 2);
			Entry[] larger = new Entry[number * 4];
			for (int i = 0; i < number; i++) {
				insert(larger, this.byNumber[i]);
			}
			this.table = larger;
		}
		this.byNumber[number] = added;
		// Before it can be found: a point that another thread puts into it must not be
		// missing from a walk over the numbers.
		this.size = number + 1;
		insert(this.table, added);
		return added;
	}

	/**
	 * Returns the series with a key, and makes it if there is none and there is room.
	 * @param key the key
	 * @param limit how many series there may be
	 * @param factory as above
	 * @return the series, or {@code null} if there is no room for it
	 */
	public synchronized @Nullable S findOrAdd(SeriesKey key, int limit, IntFunction<S> factory) {
		return (this.size < limit) ? findOrAdd(key, factory) : find(key);
	}

	/**
	 * Returns the series with a number.
	 * @param number the number, from 0, below {@link #size()}
	 * @return the series
	 */
	public S get(int number) {
		if (number >= this.size) {
			throw new IndexOutOfBoundsException("series " + number + " of " + this.size);
		}
		return cast(this.byNumber[number]);
	}

	/**
	 * Tells how many series there are.
	 * @return the number of series
	 */
	public int size() {
		return this.size;
	}

	private static void insert(Entry[] entries, Entry added) {
		int mask = entries.length - 1;
		int slot = added.key.hashCode() & mask;
		while (entries[slot] != null) {
			slot = (slot + 1) & mask;
		}
		ELEMENT.setRelease(entries, slot, added);
	}

	@SuppressWarnings("unchecked")
	private S cast(Entry entry) {
		return (S) entry;
	}

	/**
	 * What every series has, whatever else an engine keeps with it.
	 */
	public abstract static class Entry {

		private final SeriesKey key;

		private final int number;

		protected Entry(SeriesKey key, int number) {
			this.key = key;
			this.number = number;
		}

		/**
		 * Returns the key of this series.
		 * @return the key
		 */
		public final SeriesKey key() {
			return this.key;
		}

		/**
		 * Tells the number of this series.
		 * @return how many series came before it
		 */
		public final int number() {
			return this.number;
		}

	}

}

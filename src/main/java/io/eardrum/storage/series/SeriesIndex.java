package io.eardrum.storage.series;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;

/**
 * All series of a store. They are found by the bytes of their key, without making an
 * object of them, and are numbered from 0 in the order in which they came.
 * <p>
 * Implementation note: an open-addressing table of entries, at most half full, next to an
 * array of the same entries by number. Only additions change them, under the lock of this
 * object. Readers take no lock. They see a table that was complete when it was published,
 * and an entry in it either fully or not at all (its fields are final, and it is stored
 * with release semantics). A reader that just misses a new entry looks again under the
 * lock before it adds one. A reader that finds an entry also meets it when it walks over
 * the numbers, because the entry is counted first.
 * <p>
 * Memory: 12 to 24 bytes for each series with compressed references, besides the entry
 * and its key, and three times as much for a moment while the tables grow. All of it is
 * reserved before it is allocated, if there is a share of the heap to reserve it from.
 *
 * @param <S> the type of the entries
 */
public final class SeriesIndex<S extends SeriesIndex.Entry> {

	private static final int INITIAL_SERIES = 16;

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Entry[].class);

	/** The size of a key and its array, without the bytes. */
	private static final int KEY_BYTES = 24 + 16;

	private static final int REFERENCE_BYTES = 4;

	/** How much is reserved at a time. */
	private static final long STEP_BYTES = 16 << 10;

	private final @Nullable HeapShare share;

	private final long maxBytes;

	private final int entryBytes;

	private final int copies;

	/** Written under the lock only, like the fields that follow. */
	private long reservedBytes;

	private volatile long bytes;

	private volatile long keyBytes;

	private volatile Entry[] table = new Entry[INITIAL_SERIES * 2];

	private volatile Entry[] byNumber = new Entry[INITIAL_SERIES];

	private volatile int size;

	/**
	 * Creates an index whose memory is not counted.
	 */
	public SeriesIndex() {
		this(null, Long.MAX_VALUE, 0, 1);
	}

	/**
	 * Creates an index.
	 * @param share the share from which memory is reserved, or {@code null} to count none
	 * @param maxBytes how many bytes this index may take at most
	 * @param entryBytes how many bytes an entry takes, without its key
	 * @param copies how many copies of the bytes of its key an entry has
	 */
	public SeriesIndex(@Nullable HeapShare share, long maxBytes, int entryBytes, int copies) {
		this.share = share;
		this.maxBytes = maxBytes;
		this.entryBytes = entryBytes;
		this.copies = copies;
	}

	/**
	 * Finds the series with a key.
	 * @param bytes the array that holds the bytes of the key
	 * @param offset where they start
	 * @param length how many there are
	 * @param hash the hash of the key, as {@link SeriesKey#hash} returns it
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
	 * Returns the series with a key, and makes it if there is none, however little memory
	 * is left.
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
		reserve(bytesToAdd(key), true);
		return add(key, factory);
	}

	/**
	 * Returns the series with a key. If there is none, makes it, provided that the limit
	 * allows one more and that there is memory for it.
	 * @param key the key
	 * @param limit how many series there may be
	 * @param factory makes a series that has this key and the number it is given; called
	 * under the lock of this object
	 * @return the series, or {@code null} if there is no room for it
	 */
	public synchronized @Nullable S findOrAdd(SeriesKey key, int limit, IntFunction<S> factory) {
		S known = find(key);
		if (known != null) {
			return known;
		}
		return (this.size < limit && reserve(bytesToAdd(key), false)) ? add(key, factory) : null;
	}

	private S add(SeriesKey key, IntFunction<S> factory) {
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
		count(key);
		this.byNumber[number] = added;
		// This comes before the entry can be found. A point that another thread puts into
		// it must not be missing from a walk over the numbers.
		this.size = number + 1;
		insert(this.table, added);
		return added;
	}

	// Returns what a series takes, together with the tables if they have to grow. The old
	// tables are still there meanwhile.
	private long bytesToAdd(SeriesKey key) {
		boolean grows = this.size == this.byNumber.length;
		return bytesOf(key) + (grows ? 2 * tableBytes(this.size) : 0);
	}

	private long bytesOf(SeriesKey key) {
		return this.entryBytes + KEY_BYTES + (long) this.copies * padded(key.length());
	}

	// Each series has one slot in the array by number, and two in the table.
	private static long tableBytes(int capacity) {
		return 3L * REFERENCE_BYTES * capacity;
	}

	private static int padded(int length) {
		return (length + Long.BYTES - 1) & -Long.BYTES;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void count(SeriesKey key) {
		this.keyBytes += padded(key.length());
		this.bytes = tableBytes(this.byNumber.length) + (this.size + 1L) * (this.entryBytes + KEY_BYTES)
				+ this.copies * this.keyBytes;
	}

	private boolean reserve(long more, boolean always) {
		HeapShare from = this.share;
		long needed = this.bytes + more;
		if (!always && needed > this.maxBytes) {
			return false;
		}
		long missing = needed - this.reservedBytes;
		if (from == null || missing <= 0) {
			return true;
		}
		long step = Math.max(missing, STEP_BYTES);
		if (from.tryReserve(step)) {
			this.reservedBytes += step;
			return true;
		}
		if (always) {
			from.force(missing);
		}
		else if (!from.tryReserve(missing)) {
			from.refused();
			return false;
		}
		this.reservedBytes += missing;
		return true;
	}

	/**
	 * Releases the memory of this index, which must not be used any more.
	 */
	public synchronized void release() {
		if (this.share != null) {
			this.share.release(this.reservedBytes);
		}
		this.reservedBytes = 0;
	}

	/**
	 * Returns how much memory the series take.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Returns how much memory the bytes of the keys take, with one copy of each.
	 * @return the number of bytes, rounded up for each key as a JVM does
	 */
	public long keyBytes() {
		return this.keyBytes;
	}

	/**
	 * Returns how much memory some series would take.
	 * @param series how many series
	 * @param keys how many bytes their keys take, with one copy of each
	 * @return the number of bytes
	 */
	public long bytes(long series, long keys) {
		long capacity = INITIAL_SERIES;
		while (capacity < series) {
			capacity *= 2;
		}
		return 3L * REFERENCE_BYTES * capacity + series * (this.entryBytes + KEY_BYTES) + this.copies * keys;
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
	 * Returns how many series there are.
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
	 * The part of a series that is the same for every engine.
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
		 * Returns the number of this series.
		 * @return how many series came before it
		 */
		public final int number() {
			return this.number;
		}

	}

}

package io.eardrum.storage.series;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeySelection;

/**
 * All series of a store. They are found by the bytes of their key, without making an
 * object of them, and are numbered from 0 in the order in which they came. The number of
 * a series that has been removed is not given again.
 * <p>
 * Implementation note: an open-addressing table of entries, at most half full, next to a
 * listing of the same entries by number. Only additions and removals change them, under
 * the lock of this object. Readers take no lock. They see a table that was complete when
 * it was published, and an entry in it either fully or not at all (its fields are final,
 * and it is stored with release semantics). A reader that just misses a new entry looks
 * again under the lock before it adds one. A reader that finds an entry also meets it
 * when it walks over the listing, because the entry is listed first. A removed entry
 * leaves a gap in the listing and a mark in the table, and both are made anew when a
 * quarter of the listing is gaps. A reader that has the old ones may still find an entry
 * that is removed meanwhile.
 * <p>
 * Memory: 12 to 24 bytes for each series with compressed references, besides the entry
 * and its key, and as much for a gap, and what the order of the keys takes once it is
 * searched by patterns. The tables take three times as much for a moment while they grow.
 * All of it is reserved before it is allocated, if there is a share of the heap to
 * reserve it from.
 *
 * @param <S> the type of the entries
 */
public final class SeriesIndex<S extends IndexedSeries> {

	private static final int INITIAL_SERIES = 16;

	private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(IndexedSeries[].class);

	/** Stands in the table for an entry that has been removed. */
	private static final IndexedSeries REMOVED = new IndexedSeries(SeriesKey.of(new byte[1], 0, 1), -1) {
	};

	private final IndexMemory memory;

	/** Written under the lock only, like the fields that follow. */
	private volatile IndexedSeries[] table = new IndexedSeries[INITIAL_SERIES * 2];

	private volatile SeriesListing<S> listing = new SeriesListing<>(INITIAL_SERIES);

	private volatile int size;

	private volatile int nextNumber;

	/** How many entries have been removed. */
	private volatile long removals;

	/** Made by the first search by a pattern. */
	private volatile @Nullable KeyOrder<S> order;

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
		this.memory = new IndexMemory(share, maxBytes, entryBytes, copies);
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
		IndexedSeries[] entries = this.table;
		int mask = entries.length - 1;
		for (int slot = hash & mask;; slot = (slot + 1) & mask) {
			IndexedSeries entry = (IndexedSeries) ELEMENT.getAcquire(entries, slot);
			if (entry == null) {
				return null;
			}
			if (entry.key().hashCode() == hash && entry.key().matches(bytes, offset, length) && entry != REMOVED) {
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
		IndexedSeries[] entries = this.table;
		int mask = entries.length - 1;
		for (int slot = key.hashCode() & mask;; slot = (slot + 1) & mask) {
			IndexedSeries entry = (IndexedSeries) ELEMENT.getAcquire(entries, slot);
			if (entry == null) {
				return null;
			}
			if (entry.key().equals(key) && entry != REMOVED) {
				return cast(entry);
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
		this.memory.reserve(key, growingCapacity(), true);
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
		return (this.size < limit && this.nextNumber < Integer.MAX_VALUE
				&& this.memory.reserve(key, growingCapacity(), false)) ? add(key, factory) : null;
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private S add(SeriesKey key, IntFunction<S> factory) {
		int number = this.nextNumber;
		S added = factory.apply(number);
		if (this.listing.isFull()) {
			rebuild();
		}
		this.memory.count(key, this.size + 1, this.listing, 1);
		this.listing.add(added);
		// These come before the entry can be found. A point that another thread puts into
		// it must not be missing from a walk over the listing.
		this.size = this.size + 1;
		this.nextNumber = number + 1;
		insert(this.table, added);
		return added;
	}

	/**
	 * Removes a series, if it has not been removed before. Its number is not given again.
	 * @param series the series
	 */
	@SuppressWarnings({ "NonAtomicVolatileUpdate", "ReferenceEquality" })
	public synchronized void remove(S series) {
		IndexedSeries[] entries = this.table;
		int mask = entries.length - 1;
		int slot = series.key().hashCode() & mask;
		while (entries[slot] != null && entries[slot] != series) {
			slot = (slot + 1) & mask;
		}
		if (entries[slot] == null) {
			return;
		}
		ELEMENT.setRelease(entries, slot, REMOVED);
		this.removals++;
		this.listing.remove(series);
		this.size = this.size - 1;
		this.memory.count(series.key(), this.size, this.listing, -1);
		KeyOrder<S> sorted = this.order;
		if (sorted != null) {
			sorted.removed(series);
		}
		if (this.listing.gaps() > INITIAL_SERIES + this.listing.size() / 4) {
			rebuild();
		}
		this.memory.releaseUnused();
	}

	/**
	 * Lets the next series have a later number, because the numbers in between belong to
	 * series that have been removed.
	 * @param number the number of the next series
	 */
	public synchronized void skipTo(int number) {
		if (number < this.nextNumber) {
			throw new IllegalArgumentException("the next number is " + this.nextNumber + ", not " + number);
		}
		this.nextNumber = number;
	}

	// Makes the table and the listing anew, without gaps, and with room for as many more.
	private void rebuild() {
		int capacity = INITIAL_SERIES;
		while (capacity <= this.size) {
			capacity *= 2;
		}
		SeriesListing<S> rebuilt = new SeriesListing<>(capacity);
		IndexedSeries[] slots = new IndexedSeries[2 * capacity];
		SeriesListing<S> old = this.listing;
		for (int i = 0; i < old.size(); i++) {
			S entry = old.get(i);
			if (entry != null) {
				rebuilt.add(entry);
				insert(slots, entry);
			}
		}
		this.table = slots;
		this.listing = rebuilt;
		this.memory.recount(this.size, rebuilt);
	}

	private int growingCapacity() {
		return this.listing.isFull() ? this.listing.capacity() : 0;
	}

	/**
	 * Releases the memory of this index, which must not be used any more.
	 */
	public synchronized void release() {
		this.memory.releaseAll();
		if (this.order != null) {
			this.order.release();
		}
	}

	/**
	 * Returns how much memory the series take.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.memory.bytes();
	}

	/**
	 * Returns how much memory the bytes of the keys take, with one copy of each.
	 * @return the number of bytes, rounded up for each key as a JVM does
	 */
	public long keyBytes() {
		return this.memory.keyBytes();
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
		return this.memory.bytes(series, keys, capacity);
	}

	/**
	 * Returns the series with a number.
	 * @param number the number
	 * @return the series
	 * @throws IndexOutOfBoundsException if there is none
	 */
	public S get(int number) {
		S found = find(number);
		if (found == null) {
			throw new IndexOutOfBoundsException("series " + number + " of " + this.nextNumber);
		}
		return found;
	}

	/**
	 * Returns the series with a number. That takes constant time as long as no series has
	 * been removed.
	 * @param number the number
	 * @return the series, or {@code null} if there is none, or none any more
	 */
	public @Nullable S find(int number) {
		return this.listing.find(number);
	}

	/**
	 * Returns the series in the order of their numbers. Series that are added later may
	 * or may not appear in it.
	 * @return the series
	 */
	public SeriesListing<S> listing() {
		return this.listing;
	}

	/**
	 * Finds the series that are selected, in the order of their numbers. Where a pattern
	 * begins with literal nodes, that takes about as long as there are series that begin
	 * so; the first search, and one that selects many, looks at all series.
	 * @param selection what is wanted
	 * @param end the number of the first series that is not wanted
	 * @return a walk over the series that are wanted, and perhaps over others. Series
	 * that are added later may or may not appear in it
	 */
	public SeriesWalk<S> select(KeySelection selection, int end) {
		return order().select(selection, end);
	}

	private KeyOrder<S> order() {
		KeyOrder<S> known = this.order;
		return (known != null) ? known : newOrder(KeyOrder.MAX_NEWEST, KeyOrder::inNewThread);
	}

	/**
	 * Returns the order of the keys, which is made if there is none.
	 * @param maxNewest how many of the newest series it may lack
	 * @param executor sorts series
	 * @return the order
	 */
	synchronized KeyOrder<S> newOrder(int maxNewest, Executor executor) {
		KeyOrder<S> known = this.order;
		if (known == null) {
			known = new KeyOrder<>(this, this::listing, this::nextNumber, this.memory.share(), maxNewest, executor);
			this.order = known;
		}
		return known;
	}

	/**
	 * Returns how many series there are.
	 * @return the number of series
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Returns the number that the next series will have.
	 * @return how many series there ever were
	 */
	public int nextNumber() {
		return this.nextNumber;
	}

	/**
	 * Returns how many series have been removed since this index was created. The number
	 * changes after the removed series can no longer be found.
	 * @return the number of removals
	 */
	public long removals() {
		return this.removals;
	}

	private static void insert(IndexedSeries[] entries, IndexedSeries added) {
		int mask = entries.length - 1;
		int slot = added.key().hashCode() & mask;
		while (entries[slot] != null) {
			slot = (slot + 1) & mask;
		}
		ELEMENT.setRelease(entries, slot, added);
	}

	@SuppressWarnings("unchecked")
	private S cast(IndexedSeries entry) {
		return (S) entry;
	}

}

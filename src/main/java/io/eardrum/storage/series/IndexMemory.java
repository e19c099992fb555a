package io.eardrum.storage.series;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;

/**
 * Counts the memory of an index and reserves it. Changed under the lock of the index
 * only; any thread may ask for the sizes.
 */
final class IndexMemory {

	/** The size of a key and its array, without the bytes. */
	private static final int KEY_BYTES = 24 + 16;

	private static final int REFERENCE_BYTES = 4;

	private final @Nullable HeapShare share;

	private final ReservedMemory reserved;

	private final long maxBytes;

	private final int entryBytes;

	private final int copies;

	private volatile long bytes;

	private volatile long keyBytes;

	/**
	 * Creates the memory of an empty index.
	 * @param share the share from which memory is reserved, or {@code null} to count none
	 * @param maxBytes how many bytes the index may take at most
	 * @param entryBytes how many bytes an entry takes, without its key
	 * @param copies how many copies of the bytes of its key an entry has
	 */
	IndexMemory(@Nullable HeapShare share, long maxBytes, int entryBytes, int copies) {
		this.share = share;
		this.reserved = new ReservedMemory(share);
		this.maxBytes = maxBytes;
		this.entryBytes = entryBytes;
		this.copies = copies;
	}

	@Nullable HeapShare share() {
		return this.share;
	}

	/**
	 * Reserves what a series takes, together with the tables if they have to grow. The
	 * old tables are still there meanwhile.
	 * @param key its key
	 * @param growing the capacity of the tables if they have to grow, and otherwise 0
	 * @param always whether to reserve it even if it is not free
	 * @return whether it is reserved
	 */
	boolean reserve(SeriesKey key, int growing, boolean always) {
		long needed = this.bytes + this.entryBytes + KEY_BYTES + (long) this.copies * padded(key.length())
				+ 2 * tableBytes(growing);
		return (always || needed <= this.maxBytes) && this.reserved.reserve(needed, always);
	}

	/**
	 * Counts a series that is added or removed.
	 * @param key its key
	 * @param size the number of series with it, or without it if it is removed
	 * @param listing all series, with the gaps that were left
	 * @param more 1 if it is added, or -1
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void count(SeriesKey key, int size, SeriesListing<?> listing, int more) {
		this.keyBytes += (long) more * padded(key.length());
		recount(size, listing);
	}

	/**
	 * Counts the tables anew.
	 * @param size the number of series
	 * @param listing all series, with the gaps that were left
	 */
	void recount(int size, SeriesListing<?> listing) {
		this.bytes = tableBytes(listing.capacity()) + (long) listing.gaps() * Gap.BYTES
				+ (long) size * (this.entryBytes + KEY_BYTES) + this.copies * this.keyBytes;
	}

	void releaseUnused() {
		this.reserved.releaseDownTo(this.bytes);
	}

	void releaseAll() {
		this.reserved.releaseDownTo(0);
	}

	long bytes() {
		return this.bytes;
	}

	long keyBytes() {
		return this.keyBytes;
	}

	/**
	 * Returns how much memory some series would take.
	 * @param series how many series
	 * @param keys how many bytes their keys take, with one copy of each
	 * @param capacity the capacity of the tables
	 * @return the number of bytes
	 */
	long bytes(long series, long keys, long capacity) {
		return tableBytes(capacity) + series * (this.entryBytes + KEY_BYTES) + this.copies * keys;
	}

	// Each series has one slot in the listing, and two in the table.
	private static long tableBytes(long capacity) {
		return 3 * REFERENCE_BYTES * capacity;
	}

	/**
	 * Returns how much memory a key takes.
	 * @param key the key
	 * @return the number of bytes
	 */
	static int bytesOf(SeriesKey key) {
		return KEY_BYTES + padded(key.length());
	}

	private static int padded(int length) {
		return (length + Long.BYTES - 1) & -Long.BYTES;
	}

}

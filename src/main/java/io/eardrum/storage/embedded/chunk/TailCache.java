package io.eardrum.storage.embedded.chunk;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest points in chunks of the series that were read last. To find the last
 * chunk of a series, RocksDB searches each of its levels, which takes ten times as long
 * as all else that a short read does.
 * <p>
 * What was read in one version of the heads is right as long as that version lasts:
 * points that come into chunks later, and points that are deleted, are known to the heads
 * until the version changes. A checkpoint therefore makes the whole cache useless at
 * once, and no entry has to be looked for and dropped.
 * <p>
 * Safe for any number of threads. It has a place for each series, which others share; the
 * last one that was read has it. If the entries take too much memory, the places are
 * cleared one after the other.
 */
final class TailCache {

	private static final int BYTES_PER_PLACE = 512;

	private static final int MIN_PLACES = 64;

	/** A number that spreads the numbers of series over the places. */
	private static final int SPREAD = 0x9E3779B9;

	private final AtomicReferenceArray<@Nullable Tail> places;

	private final int shift;

	private final long maxBytes;

	private final AtomicLong bytes = new AtomicLong();

	/** The place that is cleared next. */
	private final AtomicInteger hand = new AtomicInteger();

	/**
	 * Creates an empty cache.
	 * @param maxBytes how much memory its entries may take; each thread that adds one may
	 * exceed it by that one for a moment
	 */
	TailCache(long maxBytes) {
		int wanted = (int) Math.max(MIN_PLACES, Math.min(1 << 20, maxBytes / BYTES_PER_PLACE));
		int count = Integer.highestOneBit(wanted);
		this.places = new AtomicReferenceArray<>(count);
		this.shift = Integer.numberOfLeadingZeros(count) + 1;
		this.maxBytes = maxBytes;
	}

	/**
	 * Finds the newest points of a series.
	 * @param series the number of the series
	 * @param version the version of the heads, to be looked at again after the heads have
	 * been read
	 * @return the points, or {@code null} if they are not known
	 */
	@Nullable Tail find(int series, long version) {
		Tail tail = this.places.get(place(series));
		return (tail != null && tail.isOf(series, version)) ? tail : null;
	}

	/**
	 * Keeps the newest points of a series.
	 * @param tail the points
	 */
	void put(Tail tail) {
		long more = tail.bytes();
		replace(place(tail.series()), tail, more);
		while (this.bytes.get() > this.maxBytes) {
			replace(this.hand.getAndIncrement() & (this.places.length() - 1), null, 0);
		}
	}

	private void replace(int place, @Nullable Tail tail, long more) {
		Tail before = this.places.getAndSet(place, tail);
		this.bytes.addAndGet(more - ((before != null) ? before.bytes() : 0));
	}

	/**
	 * Returns how much memory the entries take.
	 * @return the number of bytes
	 */
	long bytes() {
		return this.bytes.get();
	}

	private int place(int series) {
		return (series * SPREAD) >>> this.shift;
	}

}

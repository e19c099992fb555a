package io.eardrum.web.graphite.step;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;

/**
 * Remembers the steps of series, eight bytes for each, and of which series the points say
 * nothing. A step is forgotten after an hour, because senders change, and when there is
 * no room: then it is learnt once more.
 * <p>
 * An entry has a part of a hash of the key and not the key. Two keys that have the same
 * hash, one in millions of millions, get the same step.
 * <p>
 * Safe for any number of threads.
 */
final class StepTable {

	/** How many entries are looked through for one. */
	private static final int BUCKET = 8;

	private static final int FIRST_SIZE = 1024;

	private static final int MAX_SIZE = 1 << 23;

	private static final int STEP_BITS = 25;

	private static final long STEP_MASK = (1L << STEP_BITS) - 1;

	/** Stands for the step of a series whose points say nothing. */
	private static final long NOTHING = STEP_MASK;

	private static final int TIME_BITS = 8;

	private static final long TIME_MASK = (1L << TIME_BITS) - 1;

	private static final int HASH_SHIFT = STEP_BITS + TIME_BITS;

	/** The unit of the time at which an entry was made. */
	private static final long UNIT_MINUTES = 10;

	/** How many units a step is remembered. */
	private static final int MAX_AGE = 6;

	/**
	 * How many units the table is used until everything in it is forgotten. Otherwise an
	 * entry could be there for so long that its time, of which only the last bits are
	 * kept, is taken for a recent one.
	 */
	private static final long MAX_UNITS = TIME_MASK - MAX_AGE;

	private final @Nullable HeapShare share;

	private final LongSupplier nanoTime;

	private final long startNanos;

	/** The unit in which the table was empty. */
	private volatile long emptyUnit;

	private volatile AtomicLongArray table = new AtomicLongArray(FIRST_SIZE);

	/** How many entries were made since the table has its size. */
	private int added;

	/**
	 * Creates an empty table.
	 * @param share where the memory is reserved when the table grows; {@code null} if it
	 * is not to grow
	 * @param nanoTime a clock in nanoseconds
	 */
	StepTable(@Nullable HeapShare share, LongSupplier nanoTime) {
		this.share = share;
		this.nanoTime = nanoTime;
		this.startNanos = nanoTime.getAsLong();
	}

	private long unit() {
		return TimeUnit.NANOSECONDS.toMinutes(this.nanoTime.getAsLong() - this.startNanos) / UNIT_MINUTES;
	}

	// The sign bit is not used, so that a shift has no sign.
	private static long hash(SeriesKey key) {
		return Arrays.hashCode(key.toBytes()) & 0x7FFF_FFFFL;
	}

	private static int bucket(SeriesKey key, AtomicLongArray entries) {
		int hash = key.hashCode() * 0x9E37_79B9;
		return (hash ^ (hash >>> 16)) & (entries.length() - 1) & -BUCKET;
	}

	private static boolean isOld(long entry, long unit) {
		return ((unit - (entry >>> STEP_BITS)) & TIME_MASK) > MAX_AGE;
	}

	private synchronized void forgetAll(long unit) {
		if (unit - this.emptyUnit > MAX_UNITS) {
			AtomicLongArray entries = this.table;
			for (int i = 0; i < entries.length(); i++) {
				entries.set(i, 0);
			}
			this.added = Math.min(this.added, 0);
			this.emptyUnit = unit;
		}
	}

	/**
	 * Returns the step of a series.
	 * @param key its key
	 * @return the step in seconds; 0 if it is not known; -1 if the points say nothing
	 */
	long get(SeriesKey key) {
		long unit = unit();
		if (unit - this.emptyUnit > MAX_UNITS) {
			forgetAll(unit);
		}
		AtomicLongArray entries = this.table;
		long hash = hash(key);
		int bucket = bucket(key, entries);
		for (int i = bucket; i < bucket + BUCKET; i++) {
			long entry = entries.get(i);
			if (entry != 0 && entry >>> HASH_SHIFT == hash && !isOld(entry, unit)) {
				long step = entry & STEP_MASK;
				return (step != NOTHING) ? step : -1;
			}
		}
		return 0;
	}

	/**
	 * Remembers the step of a series.
	 * @param key its key
	 * @param step the step in seconds, or 0 if the points say nothing; one of more than a
	 * year is not remembered
	 */
	synchronized void put(SeriesKey key, long step) {
		if (step >= NOTHING) {
			return;
		}
		long unit = unit();
		forgetAll(unit);
		if (this.added >= this.table.length() / 2) {
			grow();
		}
		AtomicLongArray entries = this.table;
		long hash = hash(key);
		int bucket = bucket(key, entries);
		int place = bucket + (int) (hash & (BUCKET - 1));
		for (int i = bucket + BUCKET - 1; i >= bucket; i--) {
			long entry = entries.get(i);
			if (entry == 0 || entry >>> HASH_SHIFT == hash || isOld(entry, unit)) {
				place = i;
			}
		}
		this.added += (entries.get(place) == 0) ? 1 : 0;
		entries.set(place, hash << HASH_SHIFT | (unit & TIME_MASK) << STEP_BITS | ((step > 0) ? step : NOTHING));
	}

	// Begins anew: what is asked for again is learnt again.
	private void grow() {
		int size = this.table.length();
		this.added = 0;
		if (this.share == null || size == MAX_SIZE || !this.share.tryReserve(2L * size * Long.BYTES)) {
			this.added = Integer.MIN_VALUE;
			return;
		}
		this.table = new AtomicLongArray(2 * size);
		if (size > FIRST_SIZE) {
			this.share.release((long) size * Long.BYTES);
		}
	}

	/**
	 * Returns how many steps fit.
	 * @return the number of entries
	 */
	int size() {
		return this.table.length();
	}

}

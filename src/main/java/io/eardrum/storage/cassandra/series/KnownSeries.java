package io.eardrum.storage.cassandra.series;

import java.nio.ByteBuffer;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.series.IndexedSeries;

/**
 * A series that this server knows to be registered, with some of the buckets that it has.
 * Safe for any number of threads.
 */
public final class KnownSeries extends IndexedSeries {

	/**
	 * The size of this object, its buffer with an array, and as many buckets as it may
	 * have, without the bytes of the key.
	 */
	static final int OBJECT_BYTES = 40 + 56 + 16 + 80;

	/** Most series only ever get points into the newest bucket. */
	private static final int MAX_BUCKETS = 8;

	private static final long[] NO_BUCKETS = {};

	private final ByteBuffer keyBytes;

	private final long retentionSeconds;

	/**
	 * The buckets that were used last, newest first. The array is replaced, never
	 * changed. If two threads add a bucket at once, one of the two may get lost, and is
	 * then written once more.
	 */
	private volatile long[] buckets = NO_BUCKETS;

	KnownSeries(SeriesKey key, int number, long retentionSeconds) {
		super(key, number);
		this.keyBytes = Cells.of(key);
		this.retentionSeconds = retentionSeconds;
	}

	KnownSeries(KnownSeries other, int number) {
		super(other.key(), number);
		this.keyBytes = other.keyBytes;
		this.retentionSeconds = other.retentionSeconds;
		this.buckets = other.buckets;
	}

	/**
	 * Returns the bytes of the key, as a statement takes them.
	 * @return the bytes, whose position must not be moved
	 */
	public ByteBuffer keyBytes() {
		return this.keyBytes;
	}

	/**
	 * Returns how long the points are kept.
	 * @return the number of seconds, or 0 if for ever
	 */
	public long retentionSeconds() {
		return this.retentionSeconds;
	}

	/**
	 * Returns whether the series is known to have a bucket.
	 * @param bucket the number of the bucket
	 * @return whether it is known; if not, the series may have the bucket nevertheless
	 */
	public boolean hasBucket(long bucket) {
		for (long known : this.buckets) {
			if (known == bucket) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Remembers a bucket that the series certainly has.
	 * @param bucket the number of the bucket
	 */
	public void addBucket(long bucket) {
		long[] known = this.buckets;
		long[] more = new long[Math.min(known.length + 1, MAX_BUCKETS)];
		more[0] = bucket;
		System.arraycopy(known, 0, more, 1, more.length - 1);
		this.buckets = more;
	}

}

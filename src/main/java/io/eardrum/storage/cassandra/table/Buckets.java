package io.eardrum.storage.cassandra.table;

/**
 * Divides series, and the list of series, into partitions, so that none of them grows
 * without limit. The numbers are part of the format of the tables and never change.
 */
public final class Buckets {

	/**
	 * Timestamps of a bucket differ in this many bits: 2^18 seconds are three days. With
	 * timestamps in milliseconds it is four minutes, which makes more and smaller
	 * partitions but changes nothing else.
	 */
	private static final int TIMESTAMP_BITS = 18;

	private static final int PLACE_BITS = 12;

	private Buckets() {
	}

	/**
	 * Returns the bucket of a timestamp.
	 * @param timestamp the timestamp, any
	 * @return the number of the bucket, negative for negative timestamps
	 */
	public static long of(long timestamp) {
		return timestamp >> TIMESTAMP_BITS;
	}

	/**
	 * Returns the highest timestamp of a bucket.
	 * @param bucket the number of the bucket
	 * @return the timestamp
	 */
	public static long lastTimestamp(long bucket) {
		return (bucket << TIMESTAMP_BITS) | ((1L << TIMESTAMP_BITS) - 1);
	}

	/**
	 * Returns the bucket of a place in the list of series.
	 * @param place the place, from 0
	 * @return the number of the bucket, from 0
	 */
	public static long ofPlace(long place) {
		return place >> PLACE_BITS;
	}

	/**
	 * Returns how many places a bucket of the list has.
	 * @return the number of places
	 */
	public static int places() {
		return 1 << PLACE_BITS;
	}

}

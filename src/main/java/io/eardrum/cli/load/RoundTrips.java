package io.eardrum.cli.load;

/**
 * Counts durations in buckets whose width grows with the duration. A result is at most
 * 1/32 above the true duration.
 * <p>
 * Not safe for use by several threads. Each thread has its own, and they are added up in
 * the end.
 */
final class RoundTrips {

	private static final int STEP_BITS = 5;

	private static final int STEPS = 1 << STEP_BITS;

	private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];

	private long total;

	/**
	 * Counts a duration.
	 * @param nanos the duration in nanoseconds, not negative
	 */
	void record(long nanos) {
		this.counts[bucket(nanos)]++;
		this.total++;
	}

	/**
	 * Adds the counts of another object.
	 * @param other the other object
	 */
	void add(RoundTrips other) {
		for (int i = 0; i < this.counts.length; i++) {
			this.counts[i] += other.counts[i];
		}
		this.total += other.total;
	}

	long total() {
		return this.total;
	}

	/**
	 * Returns a quantile of the durations.
	 * @param share the share of durations that were not longer, from 0 to 1
	 * @return the upper end of the quantile's bucket, in nanoseconds; 0 if there are no
	 * durations
	 */
	long quantileNanos(double share) {
		long rank = Math.max(1, (long) Math.ceil(share * this.total));
		long seen = 0;
		for (int i = 0; i < this.counts.length; i++) {
			seen += this.counts[i];
			if (seen >= rank) {
				return upperEnd(i);
			}
		}
		return 0;
	}

	// The first steps are one nanosecond each. After them, each power of two has as many
	// steps.
	private static int bucket(long nanos) {
		int shift = Math.max(0, Long.SIZE - STEP_BITS - 1 - Long.numberOfLeadingZeros(nanos));
		return shift * STEPS + (int) (nanos >>> shift);
	}

	private static long upperEnd(int bucket) {
		int shift = Math.max(0, bucket / STEPS - 1);
		return ((bucket - (long) shift * STEPS + 1) << shift) - 1;
	}

}

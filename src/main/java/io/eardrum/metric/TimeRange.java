package io.eardrum.metric;

/**
 * A range of timestamps, both ends included, in the unit of the points: whole seconds
 * since 1970 by convention.
 *
 * @param from the first timestamp
 * @param to the last timestamp, not before the first
 */
public record TimeRange(long from, long to) {

	/**
	 * All timestamps.
	 */
	public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

	public TimeRange {
		if (from > to) {
			throw new IllegalArgumentException("a range from " + from + " to " + to + " is empty");
		}
	}

	/**
	 * Returns whether a timestamp lies in this range.
	 * @param timestamp the timestamp
	 * @return whether it does
	 */
	public boolean contains(long timestamp) {
		return timestamp >= this.from && timestamp <= this.to;
	}

}

package io.eardrum.storage;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * The series whose newest point is beyond the {@link Horizon} of this machine's clock, as
 * a store last found them.
 *
 * @param count how many series
 * @param example the key of one of them, or {@code null} if there are none
 */
public record SeriesAhead(long count, @Nullable SeriesKey example) {

	/**
	 * No series is ahead.
	 */
	public static final SeriesAhead NONE = new SeriesAhead(0, null);

	/**
	 * Adds one series.
	 * @param key its key
	 * @return these series and the added one
	 */
	public SeriesAhead and(SeriesKey key) {
		return new SeriesAhead(this.count + 1, key);
	}

}

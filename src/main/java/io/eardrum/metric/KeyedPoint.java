package io.eardrum.metric;

/**
 * A value at a time, with the key of its series.
 *
 * @param key the key
 * @param timestamp the timestamp, whole seconds since 1970 by convention
 * @param value the value, finite
 */
public record KeyedPoint(SeriesKey key, long timestamp, double value) {

	/**
	 * Returns a point of the series that a text names.
	 * @param key the key, not empty
	 * @param timestamp the timestamp
	 * @param value the value, finite
	 * @return the point
	 * @throws IllegalArgumentException if the key is no text that UTF-8 can carry
	 */
	public static KeyedPoint of(String key, long timestamp, double value) {
		return new KeyedPoint(SeriesKey.of(key), timestamp, value);
	}

}

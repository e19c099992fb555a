package io.eardrum.metric;

import java.time.Instant;

/**
 * A value at a time, with the key of its series: <pre>
 * KeyedPoint.of("palm.cpu", 23.7).at(Instant.now())
 * KeyedPoint.of("palm.cpu", 23.9).at(1150864257L)
 * </pre> It is made in two steps, because a value and a timestamp are two numbers, and a
 * compiler would not notice if they were swapped.
 * <p>
 * Immutable, and therefore safe for any thread.
 */
public final class KeyedPoint {

	private final SeriesKey key;

	private final long timestamp;

	private final double value;

	private KeyedPoint(SeriesKey key, long timestamp, double value) {
		this.key = key;
		this.timestamp = timestamp;
		this.value = value;
	}

	/**
	 * Begins a point of the series that a text names.
	 * @param key the key, not empty
	 * @param value the value, finite
	 * @return the value of the series, which becomes a point with a time
	 * @throws IllegalArgumentException if the key is empty, or is not a text that UTF-8
	 * can encode
	 */
	public static Undated of(String key, double value) {
		return of(SeriesKey.of(key), value);
	}

	/**
	 * Begins a point.
	 * @param key the key
	 * @param value the value, finite
	 * @return the value of the series, which becomes a point with a time
	 */
	public static Undated of(SeriesKey key, double value) {
		return new Undated(key, value);
	}

	/**
	 * Returns the key of the series.
	 * @return the key
	 */
	public SeriesKey key() {
		return this.key;
	}

	/**
	 * Returns the timestamp.
	 * @return the timestamp, whole seconds since 1970 by convention
	 */
	public long timestamp() {
		return this.timestamp;
	}

	/**
	 * Returns the value.
	 * @return the value
	 */
	public double value() {
		return this.value;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof KeyedPoint point && this.timestamp == point.timestamp
				&& Double.compare(this.value, point.value) == 0 && this.key.equals(point.key);
	}

	@Override
	public int hashCode() {
		return (this.key.hashCode() * 31 + Long.hashCode(this.timestamp)) * 31 + Double.hashCode(this.value);
	}

	/**
	 * Returns the point as it is written in a command.
	 * @return key, value and timestamp
	 */
	@Override
	public String toString() {
		return this.key + " " + this.value + " " + this.timestamp;
	}

	/**
	 * A value of a series that has no time yet.
	 *
	 * @param key the key of the series
	 * @param value the value, finite
	 */
	public record Undated(SeriesKey key, double value) {

		/**
		 * Returns the point at a time.
		 * @param time the time, rounded down to a whole second
		 * @return the point
		 */
		public KeyedPoint at(Instant time) {
			return at(time.getEpochSecond());
		}

		/**
		 * Returns the point at a timestamp.
		 * @param timestamp any number; whole seconds since 1970 by convention
		 * @return the point
		 */
		public KeyedPoint at(long timestamp) {
			return new KeyedPoint(this.key, timestamp, this.value);
		}

	}

}

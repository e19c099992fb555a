package io.eardrum.storage.embedded.chunk;

import java.util.Arrays;

import io.eardrum.metric.Point;
import io.eardrum.storage.embedded.codec.PointColumns;

/**
 * The newest points that a series had in chunks. Immutable, so any number of threads may
 * use it.
 */
final class Tail {

	/** As many as a screen shows of one series, and a read costs little more than one. */
	static final int MAX_POINTS = 256;

	/** The objects of a tail, and where the cache keeps it. */
	private static final int OBJECT_BYTES = 88;

	private final int series;

	private final long version;

	private final long reach;

	private final long[] timestamps;

	private final double[] values;

	private Tail(int series, long version, long reach, long[] timestamps, double[] values) {
		this.series = series;
		this.version = version;
		this.reach = reach;
		this.timestamps = timestamps;
		this.values = values;
	}

	/**
	 * Copies the last points of a chunk.
	 * @param series the number of the series
	 * @param version the version of the heads in which the chunk was read
	 * @param points the points of the last chunk of the series, or the last of them; at
	 * least one
	 * @param complete whether the series has no other points in chunks
	 * @return the points
	 */
	static Tail of(int series, long version, PointColumns points, boolean complete) {
		int to = points.size();
		int from = Math.max(0, to - MAX_POINTS);
		long[] timestamps = Arrays.copyOfRange(points.timestamps(), from, to);
		long first = complete ? Long.MIN_VALUE : timestamps[0];
		long reach = (from > 0) ? points.timestamps()[from - 1] + 1 : first;
		return new Tail(series, version, reach, timestamps, Arrays.copyOfRange(points.values(), from, to));
	}

	/**
	 * Keeps the last point only.
	 * @param series the number of the series
	 * @param version the version of the heads in which the chunk was read
	 * @param last the last point of the series in chunks
	 * @return the point
	 */
	static Tail of(int series, long version, Point last) {
		return new Tail(series, version, last.timestamp(), new long[] { last.timestamp() },
				new double[] { last.value() });
	}

	/**
	 * Returns whether these are the points of a series as of now.
	 * @param number the number of the series
	 * @param now the present version of the heads
	 * @return whether they are all its points in chunks from the first timestamp on
	 */
	boolean isOf(int number, long now) {
		return this.series == number && this.version == now;
	}

	/**
	 * Returns whether the chunks have no other points from a timestamp on.
	 * @param from the timestamp
	 * @return whether there are none
	 */
	boolean reaches(long from) {
		return from >= this.reach;
	}

	Point last() {
		int index = this.timestamps.length - 1;
		return new Point(this.timestamps[index], this.values[index]);
	}

	/**
	 * Copies the points from a timestamp on.
	 * @param from the timestamp
	 * @param target becomes these points
	 */
	void copyTo(long from, PointColumns target) {
		int found = Arrays.binarySearch(this.timestamps, from);
		int start = (found < 0) ? -found - 1 : found;
		target.clear();
		target.addAll(this.timestamps, this.values, start, this.timestamps.length);
	}

	/**
	 * Returns how much memory these points take.
	 * @return the number of bytes
	 */
	long bytes() {
		return OBJECT_BYTES + 2L * Long.BYTES * this.timestamps.length;
	}

	int series() {
		return this.series;
	}

}

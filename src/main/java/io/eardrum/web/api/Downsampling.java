package io.eardrum.web.api;

import java.io.IOException;
import java.util.Arrays;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.admission.RequestMemory;

/**
 * Passes on a limited number of points of one series, chosen such that a line through
 * them looks like a line through all of them. It keeps the first and the last point, and
 * of each of many equal spans of time the points with the smallest and the largest value.
 * A series with no more points than the limit is passed on unchanged.
 * <p>
 * This takes one pass. Points are held, in memory that the request has reserved, until
 * there are more than may be passed on. From then on they are passed on span by span.
 * Spans begin at multiples of their length, so that the same points are chosen again when
 * the range moves on with time.
 */
final class Downsampling implements PointSink {

	/** The first point, the last one, and two from one span. */
	static final int MIN_POINTS = 4;

	private static final int INITIAL_POINTS = 64;

	private static final int POINT_BYTES = Long.BYTES + Double.BYTES;

	private final SeriesKey key;

	private final long end;

	private final int maxPoints;

	private final int spans;

	private final PointSink target;

	private final RequestMemory memory;

	private long[] timestamps = new long[INITIAL_POINTS];

	private double[] values = new double[INITIAL_POINTS];

	/** How many points wait in the arrays to be passed on. */
	private int size;

	/** The timestamp of the last point that went into the arrays. */
	private long newest;

	/** Whether there were too many points to pass all of them on. */
	private boolean downsampling;

	private long spanLength;

	private long firstSpan;

	private long span;

	private long lastTimestamp;

	private double lastValue;

	private long minTimestamp;

	private double minValue;

	private long maxTimestamp;

	private double maxValue;

	/** How many points there are, passed on or not. */
	private long count;

	/** Their mean. A sum of them could exceed the largest number. */
	private double mean;

	/**
	 * Creates a sink for one series.
	 * @param key the key of the series
	 * @param end the timestamp of its last point, or the end of the range if that is
	 * earlier
	 * @param target where the points go
	 */
	Downsampling(SeriesKey key, long end, Target target) {
		this.key = key;
		this.end = end;
		this.maxPoints = target.maxPoints();
		this.spans = (this.maxPoints - 2) / 2;
		this.target = target.sink();
		this.memory = target.memory();
	}

	@Override
	public void accept(SeriesKey series, long[] newTimestamps, double[] newValues, int from, int to)
			throws IOException {
		for (int i = from; i < to; i++) {
			this.count++;
			this.mean += newValues[i] / this.count - this.mean / this.count;
			if (this.downsampling) {
				add(newTimestamps[i], newValues[i]);
			}
			else if (this.size < this.maxPoints) {
				hold(newTimestamps[i], newValues[i]);
			}
			else {
				startDownsampling();
				add(newTimestamps[i], newValues[i]);
			}
		}
	}

	/**
	 * Passes on the remaining points. Called once, after the last point.
	 * @throws IOException if the target throws it
	 */
	void end() throws IOException {
		if (this.downsampling) {
			endSpan();
			passOnIfNew(this.lastTimestamp, this.lastValue);
		}
		leave();
		this.memory.release(reservedBytes(this.timestamps.length));
	}

	/**
	 * Returns how many points there are, passed on or not.
	 * @return the number of points so far
	 */
	long count() {
		return this.count;
	}

	/**
	 * Returns the mean of all points, passed on or not.
	 * @return the mean so far; 0 if there are no points
	 */
	double mean() {
		return this.mean;
	}

	private void leave() throws IOException {
		if (this.size > 0) {
			this.target.accept(this.key, this.timestamps, this.values, 0, this.size);
			this.size = 0;
		}
	}

	// The first few are not worth counting.
	private static long reservedBytes(int capacity) {
		return (capacity - INITIAL_POINTS) * (long) POINT_BYTES;
	}

	// All points that are held go through the spans.
	private void startDownsampling() throws IOException {
		long[] heldTimestamps = this.timestamps;
		double[] heldValues = this.values;
		int held = this.size;
		this.timestamps = new long[INITIAL_POINTS];
		this.values = new double[INITIAL_POINTS];
		this.size = 0;
		this.downsampling = true;
		long first = heldTimestamps[0];
		// An unsigned number, because timestamps may be further apart than a signed long
		// can express.
		long distance = Math.max(this.end, heldTimestamps[held - 1]) - first;
		long length = Long.divideUnsigned(distance, Math.max(1, this.spans - 1)) + 1;
		this.spanLength = (length > 0) ? length : Long.MAX_VALUE;
		this.firstSpan = Math.floorDiv(first, this.spanLength);
		passOn(first, heldValues[0]);
		startSpan(0, first, heldValues[0]);
		for (int i = 1; i < held; i++) {
			add(heldTimestamps[i], heldValues[i]);
		}
		this.memory.release(reservedBytes(heldTimestamps.length));
	}

	private void add(long timestamp, double value) throws IOException {
		// Points that arrived after the end was looked up belong to the last span.
		long index = Math.min(this.spans - 1, Math.floorDiv(timestamp, this.spanLength) - this.firstSpan);
		if (index != this.span) {
			endSpan();
			startSpan(index, timestamp, value);
			return;
		}
		this.lastTimestamp = timestamp;
		this.lastValue = value;
		if (value < this.minValue) {
			this.minTimestamp = timestamp;
			this.minValue = value;
		}
		if (value > this.maxValue) {
			this.maxTimestamp = timestamp;
			this.maxValue = value;
		}
	}

	private void startSpan(long index, long timestamp, double value) {
		this.span = index;
		this.lastTimestamp = timestamp;
		this.lastValue = value;
		this.minTimestamp = timestamp;
		this.minValue = value;
		this.maxTimestamp = timestamp;
		this.maxValue = value;
	}

	private void endSpan() throws IOException {
		boolean minFirst = this.minTimestamp < this.maxTimestamp;
		passOnIfNew(minFirst ? this.minTimestamp : this.maxTimestamp, minFirst ? this.minValue : this.maxValue);
		passOnIfNew(minFirst ? this.maxTimestamp : this.minTimestamp, minFirst ? this.maxValue : this.minValue);
	}

	// The first point of the series may also be an extreme one, and one point may be both
	// extremes.
	private void passOnIfNew(long timestamp, double value) throws IOException {
		if (timestamp > this.newest) {
			passOn(timestamp, value);
		}
	}

	private void passOn(long timestamp, double value) throws IOException {
		if (this.size == this.timestamps.length) {
			leave();
		}
		append(timestamp, value);
	}

	private void hold(long timestamp, double value) {
		if (this.size == this.timestamps.length) {
			int capacity = Math.min(this.maxPoints, this.size * 2);
			long old = reservedBytes(this.size);
			this.memory.reserve(reservedBytes(capacity));
			this.timestamps = Arrays.copyOf(this.timestamps, capacity);
			this.values = Arrays.copyOf(this.values, capacity);
			this.memory.release(old);
		}
		append(timestamp, value);
	}

	private void append(long timestamp, double value) {
		this.timestamps[this.size] = timestamp;
		this.values[this.size] = value;
		this.newest = timestamp;
		this.size++;
	}

	/**
	 * Where points go, and how many.
	 *
	 * @param maxPoints how many points to pass on at most, {@link #MIN_POINTS} or more
	 * @param sink takes them
	 * @param memory of the request
	 */
	record Target(int maxPoints, PointSink sink, RequestMemory memory) {

	}

}

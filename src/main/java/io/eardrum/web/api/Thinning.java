package io.eardrum.web.api;

import java.io.IOException;
import java.util.Arrays;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;

/**
 * Passes on at most so many points of one series, such that a line through them looks
 * like a line through all: the first and the last point, and of each of many equal spans
 * of time the points with the smallest and the largest value. A series that has no more
 * points than that is passed on as it is.
 * <p>
 * It takes one pass, and memory for as many points as it may pass on. Spans begin at
 * multiples of their length, so that the same points are chosen again when the range
 * moves on with the time.
 */
final class Thinning implements PointSink {

	/** The first point, the last one, and two of one span. */
	static final int MIN_POINTS = 4;

	private static final int INITIAL_POINTS = 64;

	private final SeriesKey key;

	private final long end;

	private final int maxPoints;

	private final int spans;

	private final PointSink target;

	private long[] timestamps = new long[INITIAL_POINTS];

	private double[] values = new double[INITIAL_POINTS];

	/** How many points wait in the arrays to be passed on. */
	private int size;

	/** Whether there were too many points to pass all of them on. */
	private boolean thinning;

	private long spanLength;

	private long firstSpan;

	private long span;

	private long lastTimestamp;

	private double lastValue;

	private long minTimestamp;

	private double minValue;

	private long maxTimestamp;

	private double maxValue;

	/**
	 * Begins.
	 * @param key the key of the series
	 * @param end the timestamp of its last point, or where the range ends before that
	 * @param maxPoints how many points to pass on at most, {@link #MIN_POINTS} or more
	 * @param target takes them
	 */
	Thinning(SeriesKey key, long end, int maxPoints, PointSink target) {
		this.key = key;
		this.end = end;
		this.maxPoints = maxPoints;
		this.spans = (maxPoints - 2) / 2;
		this.target = target;
	}

	@Override
	public void accept(SeriesKey series, long[] newTimestamps, double[] newValues, int from, int to)
			throws IOException {
		for (int i = from; i < to; i++) {
			if (this.thinning) {
				add(newTimestamps[i], newValues[i]);
			}
			else if (this.size < this.maxPoints) {
				hold(newTimestamps[i], newValues[i]);
			}
			else {
				startThinning();
				add(newTimestamps[i], newValues[i]);
			}
		}
	}

	/**
	 * Passes on what is left. To be called once, behind the last point.
	 * @throws IOException if the target throws it
	 */
	void end() throws IOException {
		if (this.thinning) {
			endSpan();
			if (this.lastTimestamp > this.timestamps[this.size - 1]) {
				hold(this.lastTimestamp, this.lastValue);
			}
		}
		if (this.size > 0) {
			this.target.accept(this.key, this.timestamps, this.values, 0, this.size);
		}
	}

	// All points that are held go through the spans; what is left of them is held again.
	private void startThinning() {
		long[] heldTimestamps = this.timestamps;
		double[] heldValues = this.values;
		int held = this.size;
		this.timestamps = new long[this.maxPoints];
		this.values = new double[this.maxPoints];
		this.size = 0;
		this.thinning = true;
		long first = heldTimestamps[0];
		// As a number without a sign: timestamps may be further apart than a long can
		// tell.
		long distance = Math.max(this.end, heldTimestamps[held - 1]) - first;
		long length = Long.divideUnsigned(distance, Math.max(1, this.spans - 1)) + 1;
		this.spanLength = (length > 0) ? length : Long.MAX_VALUE;
		this.firstSpan = Math.floorDiv(first, this.spanLength);
		hold(first, heldValues[0]);
		startSpan(0, first, heldValues[0]);
		for (int i = 1; i < held; i++) {
			add(heldTimestamps[i], heldValues[i]);
		}
	}

	private void add(long timestamp, double value) {
		// Points that came since the end was looked up belong to the last span.
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

	private void endSpan() {
		boolean minFirst = this.minTimestamp < this.maxTimestamp;
		holdIfNew(minFirst ? this.minTimestamp : this.maxTimestamp, minFirst ? this.minValue : this.maxValue);
		holdIfNew(minFirst ? this.maxTimestamp : this.minTimestamp, minFirst ? this.maxValue : this.minValue);
	}

	// The first point of all may be an extreme one too, and one point both extremes.
	private void holdIfNew(long timestamp, double value) {
		if (timestamp > this.timestamps[this.size - 1]) {
			hold(timestamp, value);
		}
	}

	private void hold(long timestamp, double value) {
		if (this.size == this.timestamps.length) {
			int capacity = Math.min(this.maxPoints, this.size * 2);
			this.timestamps = Arrays.copyOf(this.timestamps, capacity);
			this.values = Arrays.copyOf(this.values, capacity);
		}
		this.timestamps[this.size] = timestamp;
		this.values[this.size] = value;
		this.size++;
	}

}

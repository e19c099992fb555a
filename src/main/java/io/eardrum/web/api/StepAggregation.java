package io.eardrum.web.api;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;

/**
 * Makes one point of all in a step of time, and passes it on. Steps begin at multiples of
 * their length, and a point has the time at which its step begins. Steps without points
 * are left out. In one pass, with a fixed amount of memory.
 */
final class StepAggregation implements PointSink {

	private static final int BLOCK = 256;

	private final SeriesKey key;

	private final long length;

	private final Aggregate aggregate;

	private final PointSink target;

	private final long[] timestamps = new long[BLOCK];

	private final double[] values = new double[BLOCK];

	/** How many points wait in the arrays to be passed on. */
	private int size;

	private long start;

	/** How many points of the step there have been; 0 only before the first step. */
	private long count;

	private double sum;

	private double min;

	private double max;

	private double last;

	private long lastTimestamp;

	/** By how much the values of the step have risen, and in which time. */
	private double rise;

	private double riseTime;

	/**
	 * Creates a sink for one series.
	 * @param key the key of the series
	 * @param length the length of a step, 1 or more
	 * @param aggregate what a step becomes
	 * @param target where the points go
	 */
	StepAggregation(SeriesKey key, long length, Aggregate aggregate, PointSink target) {
		this.key = key;
		this.length = length;
		this.aggregate = aggregate;
		this.target = target;
	}

	@Override
	public void accept(SeriesKey series, long[] newTimestamps, double[] newValues, int from, int to)
			throws IOException {
		for (int i = from; i < to; i++) {
			add(newTimestamps[i], newValues[i]);
		}
	}

	private void add(long timestamp, double value) throws IOException {
		long begin = timestamp - Math.floorMod(timestamp, this.length);
		// The first step of all begins before the first time that there is.
		begin = (begin > timestamp) ? Long.MIN_VALUE : begin;
		boolean first = this.count == 0;
		if (first || begin != this.start) {
			endStep();
			this.start = begin;
			this.count = 0;
			this.sum = 0;
			this.min = value;
			this.max = value;
			this.rise = 0;
			this.riseTime = 0;
		}
		this.count++;
		this.sum += value;
		this.min = Math.min(this.min, value);
		this.max = Math.max(this.max, value);
		if (!first && value >= this.last) {
			this.rise += value - this.last;
			this.riseTime += (double) timestamp - this.lastTimestamp;
		}
		this.last = value;
		this.lastTimestamp = timestamp;
	}

	private void endStep() throws IOException {
		if (this.count == 0 || (this.aggregate == Aggregate.RATE && this.riseTime == 0)) {
			return;
		}
		if (this.size == BLOCK) {
			passOn();
		}
		this.timestamps[this.size] = this.start;
		this.values[this.size] = switch (this.aggregate) {
			case AVG -> this.sum / this.count;
			case MIN -> this.min;
			case MAX -> this.max;
			case SUM -> this.sum;
			case COUNT -> this.count;
			case LAST -> this.last;
			case RATE -> this.rise / this.riseTime;
		};
		this.size++;
	}

	private void passOn() throws IOException {
		if (this.size > 0) {
			this.target.accept(this.key, this.timestamps, this.values, 0, this.size);
			this.size = 0;
		}
	}

	/**
	 * Passes on the last step. Called once, after the last point.
	 * @throws IOException if the target throws it
	 */
	void end() throws IOException {
		endStep();
		passOn();
	}

	/**
	 * What the points of a step become.
	 */
	enum Aggregate {

		/** Their average. */
		AVG,

		/** The lowest value. */
		MIN,

		/** The highest value. */
		MAX,

		/** Their sum. */
		SUM,

		/** How many there are. */
		COUNT,

		/** The last value. */
		LAST,

		/**
		 * By how much the values rise in a second, from the last point before the step to
		 * the last one in it. Where a value is lower than the one before, a counter has
		 * started again, and that piece of time does not count.
		 */
		RATE;

		String text() {
			return name().toLowerCase(Locale.ROOT);
		}

		static String names() {
			return Arrays.stream(values()).map(Aggregate::text).collect(Collectors.joining(", "));
		}

	}

}

package io.eardrum.web.graphite.series;

import java.util.Arrays;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;

/**
 * Puts points on a grid as they are read. The last point of a base step wins, as when
 * Carbon stores it. If the grid is coarser than the base step, a slot has the average of
 * its base steps, as in Graphite's coarser archives.
 */
final class GridFiller implements PointSink {

	private final Grid grid;

	private final long baseStep;

	private final double[] values;

	/** The base step to which more points may come, if there is one. */
	private long openStep = Long.MIN_VALUE;

	private double openValue = Double.NaN;

	private int slot = -1;

	private double sum;

	private int count;

	/**
	 * Creates a filler.
	 * @param grid the grid
	 * @param baseStep the step of the series; the step of the grid is a multiple of it
	 * @param values one value for each slot, all of which are overwritten
	 */
	GridFiller(Grid grid, long baseStep, double[] values) {
		this.grid = grid;
		this.baseStep = baseStep;
		this.values = values;
		Arrays.fill(values, Double.NaN);
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] points, int from, int to) {
		for (int i = from; i < to; i++) {
			add(timestamps[i], points[i]);
		}
	}

	/**
	 * Adds a point. A point outside of the grid changes nothing.
	 * @param timestamp its timestamp, above that of the one before
	 * @param value its value
	 */
	void add(long timestamp, double value) {
		if (timestamp < this.grid.start() || timestamp >= this.grid.end()) {
			return;
		}
		if (this.baseStep == this.grid.step()) {
			this.values[(int) ((timestamp - this.grid.start()) / this.baseStep)] = value;
			return;
		}
		long step = (timestamp - this.grid.start()) / this.baseStep;
		if (step != this.openStep) {
			closeStep();
			this.openStep = step;
		}
		this.openValue = value;
	}

	private void closeStep() {
		if (Double.isNaN(this.openValue)) {
			return;
		}
		int newSlot = (int) (this.openStep / (this.grid.step() / this.baseStep));
		if (newSlot != this.slot) {
			this.slot = newSlot;
			this.sum = 0;
			this.count = 0;
		}
		this.sum += this.openValue;
		this.count++;
		this.values[newSlot] = this.sum / this.count;
		this.openValue = Double.NaN;
	}

	/**
	 * Ends the series.
	 * @return the values, one for each slot
	 */
	double[] finish() {
		closeStep();
		return this.values;
	}

}

package io.eardrum.web.graphite.series;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The common grid of several series. If their steps differ, its step is their least
 * common multiple. If that is more than four times the longest step, its step is the
 * longest step.
 */
final class CommonGrid {

	/** The largest common multiple, in multiples of the longest step. */
	private static final int MAX_MULTIPLE = 4;

	private final Set<Long> steps = new LinkedHashSet<>();

	private long firstStart;

	private long firstStep;

	private long start = Long.MAX_VALUE;

	private long end = Long.MIN_VALUE;

	/**
	 * Adds a series.
	 * @param series the series
	 */
	void add(GridSeries series) {
		if (this.steps.isEmpty()) {
			this.firstStart = series.start();
			this.firstStep = series.step();
		}
		this.steps.add(series.step());
		this.start = Math.min(this.start, series.start());
		this.end = Math.max(this.end, Math.max(series.end(), series.time(series.size())));
	}

	/**
	 * Returns the grid of the series added so far, of which there has to be at least one.
	 * @return the grid
	 */
	Grid grid() {
		long step = commonStep();
		long phase = (step == this.firstStep) ? Math.floorMod(this.firstStart, step) : 0;
		long first = Math.floorDiv(this.start - phase, step) * step + phase;
		long slots = (this.end - first + step - 1) / step;
		return new Grid(first, first + slots * step, step);
	}

	private long commonStep() {
		long longest = this.steps.stream().mapToLong(Long::longValue).max().orElse(1);
		long common = 1;
		for (long step : this.steps) {
			common = common / greatestDivisor(common, step) * step;
			if (common > longest * MAX_MULTIPLE) {
				return longest;
			}
		}
		return common;
	}

	private static long greatestDivisor(long a, long b) {
		return (b == 0) ? a : greatestDivisor(b, a % b);
	}

}

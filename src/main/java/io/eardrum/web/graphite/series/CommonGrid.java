package io.eardrum.web.graphite.series;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The common grid of several series. If their steps differ, its step is their least
 * common multiple. If that is more than four times the longest step, its step is the
 * longest step. If some series already has that step, the grid takes the times of the
 * first such series, which need not be multiples of the step: those of a constant line
 * are not.
 */
final class CommonGrid {

	/** The largest common multiple, in multiples of the longest step. */
	private static final int MAX_MULTIPLE = 4;

	/** The start of the first series of each step. */
	private final Map<Long, Long> steps = new LinkedHashMap<>();

	private long start = Long.MAX_VALUE;

	private long end = Long.MIN_VALUE;

	/**
	 * Adds a series.
	 * @param series the series
	 */
	void add(GridSeries series) {
		this.steps.putIfAbsent(series.step(), series.start());
		this.start = Math.min(this.start, series.start());
		this.end = Math.max(this.end, Math.max(series.end(), series.time(series.size())));
	}

	/**
	 * Returns the grid of the series added so far, of which there has to be at least one.
	 * @return the grid
	 */
	Grid grid() {
		long step = commonStep();
		long phase = Math.floorMod(this.steps.getOrDefault(step, 0L), step);
		long first = Math.floorDiv(this.start - phase, step) * step + phase;
		long slots = (this.end - first + step - 1) / step;
		return new Grid(first, first + slots * step, step);
	}

	private long commonStep() {
		long longest = this.steps.keySet().stream().mapToLong(Long::longValue).max().orElse(1);
		long common = 1;
		for (long step : this.steps.keySet()) {
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

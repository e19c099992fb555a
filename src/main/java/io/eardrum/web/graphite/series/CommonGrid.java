package io.eardrum.web.graphite.series;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The common grid of several series. If their steps differ, its step is their least
 * common multiple. If that is more than four times the longest step, its step is the
 * longest step. If some series already has that step, the grid takes the times of the
 * first such series, which need not be multiples of the step: those of a constant line
 * are not. A few series with much longer steps than the others don't spoil the grid: if
 * three quarters of four series or more have a step, and the longest one is more than
 * twelve times as long, the grid has that of the three quarters.
 */
final class CommonGrid {

	/** The largest common multiple, in multiples of the longest step. */
	private static final int MAX_MULTIPLE = 4;

	/**
	 * How many times longer than the step of nearly all series the others may be, for the
	 * grid to be made for them as well.
	 */
	private static final int MAX_RATIO = 12;

	/** The start of the first series of each step. */
	private final Map<Long, Long> steps = new LinkedHashMap<>();

	private final Map<Long, Integer> counts = new HashMap<>();

	private int count;

	/** The grid, as long as all series have the same step and nothing has changed it. */
	private @Nullable Grid grid;

	private long start = Long.MAX_VALUE;

	private long end = Long.MIN_VALUE;

	/**
	 * Adds a series.
	 * @param series the series
	 */
	void add(GridSeries series) {
		long seriesEnd = Math.max(series.end(), series.time(series.size()));
		this.counts.merge(series.step(), 1, Integer::sum);
		this.count++;
		if (this.grid != null && this.grid.step() == series.step() && this.start <= series.start()
				&& this.end >= seriesEnd) {
			return;
		}
		this.steps.putIfAbsent(series.step(), series.start());
		this.start = Math.min(this.start, series.start());
		this.end = Math.max(this.end, seriesEnd);
		this.grid = null;
	}

	/**
	 * Returns the grid of the series added so far, of which there has to be at least one.
	 * @return the grid
	 */
	Grid grid() {
		if (this.grid != null) {
			return this.grid;
		}
		Grid common = create();
		this.grid = (this.steps.size() == 1) ? common : null;
		return common;
	}

	private Grid create() {
		long step = commonStep();
		long phase = Math.floorMod(this.steps.getOrDefault(step, 0L), step);
		long first = Math.floorDiv(this.start - phase, step) * step + phase;
		long slots = (this.end - first + step - 1) / step;
		return new Grid(first, first + slots * step, step);
	}

	private long commonStep() {
		long longest = this.steps.keySet().stream().mapToLong(Long::longValue).max().orElse(1);
		for (Map.Entry<Long, Integer> one : this.counts.entrySet()) {
			boolean most = this.count >= 4 && one.getValue() * 4L >= this.count * 3L;
			if (most && longest > one.getKey() * MAX_RATIO) {
				return one.getKey();
			}
		}
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

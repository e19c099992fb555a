package io.eardrum.web.graphite.series;

import java.util.List;

/**
 * Several series on one grid, so that their values can be taken row by row. Series whose
 * steps differ meet at the least common multiple of them; where that is more than four
 * times the longest, at the longest. Slots are compared by their time: Graphite compares
 * them by their number, so that series which start at different times get shifted against
 * each other.
 */
public final class AlignedSeries {

	/** How many times the longest step a common multiple may be. */
	private static final int MAX_MULTIPLE = 4;

	private final Grid grid;

	private final double[][] columns;

	private AlignedSeries(Grid grid, double[][] columns) {
		this.grid = grid;
		this.columns = columns;
	}

	/**
	 * Lays series beside each other.
	 * @param series at least one series
	 * @return the same values on one grid
	 */
	public static AlignedSeries of(List<Series> series) {
		long step = commonStep(series);
		Series first = series.get(0);
		long phase = (step == first.step()) ? Math.floorMod(first.start(), step) : 0;
		long start = Long.MAX_VALUE;
		long end = Long.MIN_VALUE;
		for (Series one : series) {
			start = Math.min(start, one.start());
			end = Math.max(end, Math.max(one.end(), one.time(one.size())));
		}
		start = Math.floorDiv(start - phase, step) * step + phase;
		long slots = (end - start + step - 1) / step;
		Grid grid = new Grid(start, start + slots * step, step);
		double[][] columns = new double[series.size()][];
		for (int i = 0; i < columns.length; i++) {
			columns[i] = series.get(i).onto(grid);
		}
		return new AlignedSeries(grid, columns);
	}

	private static long commonStep(List<Series> series) {
		long longest = 1;
		for (Series one : series) {
			longest = Math.max(longest, one.step());
		}
		long common = 1;
		for (Series one : series) {
			common = common / greatestDivisor(common, one.step()) * one.step();
			if (common > longest * MAX_MULTIPLE) {
				return longest;
			}
		}
		return common;
	}

	private static long greatestDivisor(long a, long b) {
		return (b == 0) ? a : greatestDivisor(b, a % b);
	}

	public Grid grid() {
		return this.grid;
	}

	public int size() {
		return this.columns[0].length;
	}

	/**
	 * Returns a value.
	 * @param column the number of its series
	 * @param slot the number of its slot
	 * @return the value, or NaN
	 */
	public double value(int column, int slot) {
		return this.columns[column][slot];
	}

	/**
	 * Copies the values of one slot.
	 * @param slot the number of the slot
	 * @param row takes one value of each series
	 */
	public void row(int slot, double[] row) {
		for (int i = 0; i < this.columns.length; i++) {
			row[i] = this.columns[i][slot];
		}
	}

}

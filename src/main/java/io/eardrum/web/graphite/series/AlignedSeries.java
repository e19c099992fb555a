package io.eardrum.web.graphite.series;

import java.util.List;

/**
 * Several series on one {@linkplain CommonGrid grid}, so that their values can be taken
 * row by row. Slots are matched by their times. Graphite matches them by their numbers,
 * which shifts series with different start times against each other.
 */
public final class AlignedSeries {

	private final Grid grid;

	private final double[][] columns;

	private AlignedSeries(Grid grid, double[][] columns) {
		this.grid = grid;
		this.columns = columns;
	}

	/**
	 * Aligns series.
	 * @param series at least one series
	 * @return their values on one grid
	 */
	public static AlignedSeries of(List<GridSeries> series) {
		CommonGrid common = new CommonGrid();
		series.forEach(common::add);
		Grid grid = common.grid();
		double[][] columns = new double[series.size()][];
		for (int i = 0; i < columns.length; i++) {
			columns[i] = series.get(i).onto(grid);
		}
		return new AlignedSeries(grid, columns);
	}

	/**
	 * Returns the grid that all series share.
	 * @return the grid
	 */
	public Grid grid() {
		return this.grid;
	}

	/**
	 * Returns how many slots each series has.
	 * @return the number of slots
	 */
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
	 * @param row the target, which gets one value of each series
	 */
	public void row(int slot, double[] row) {
		for (int i = 0; i < this.columns.length; i++) {
			row[i] = this.columns[i][slot];
		}
	}

}

package io.eardrum.web.graphite.series;

import io.eardrum.metric.TimeRange;

/**
 * Times at regular steps.
 *
 * @param start the first time, in seconds since 1970
 * @param end the first second after the grid
 * @param step the time from one to the next, in seconds, 1 or more
 */
public record Grid(long start, long end, long step) {

	/**
	 * Returns the grid that Graphite uses for a range. Its times are multiples of the
	 * step. The slot in which the range begins is left out, and the slot in which it ends
	 * is included.
	 * @param from where the range begins, in seconds since 1970
	 * @param until where it ends
	 * @param step the length of a step in seconds
	 * @return the grid, which has at least one slot
	 */
	public static Grid over(long from, long until, long step) {
		long start = Math.floorDiv(from, step) * step + step;
		long end = Math.floorDiv(until, step) * step + step;
		return new Grid(start, Math.max(end, start + step), step);
	}

	/**
	 * Returns how many slots there are. A slot that the end cuts counts.
	 * @return the number of slots, which may be larger than an array can be
	 */
	public long size() {
		return Math.max(0, (this.end - this.start + this.step - 1) / this.step);
	}

	/**
	 * Returns the times whose points belong to the grid.
	 * @return seconds since 1970
	 */
	TimeRange range() {
		return new TimeRange(this.start, this.end - 1);
	}

	/**
	 * Returns when a slot begins.
	 * @param index its number, from 0
	 * @return seconds since 1970
	 */
	public long time(int index) {
		return this.start + index * this.step;
	}

}

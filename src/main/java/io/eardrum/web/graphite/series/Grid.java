package io.eardrum.web.graphite.series;

/**
 * Times at regular steps.
 *
 * @param start the first of them, in seconds since 1970
 * @param end where the grid ends: the first second that is not in it
 * @param step how far they are from each other, in seconds, 1 or more
 */
public record Grid(long start, long end, long step) {

	/**
	 * Returns the grid that Graphite lays over a range, in steps of whole multiples of
	 * their length. The slot that the range begins in is left out, the one that it ends
	 * in is there.
	 * @param from where the range begins, in seconds since 1970
	 * @param until where it ends
	 * @param step how long a step is
	 * @return the grid, which has at least one slot
	 */
	public static Grid over(long from, long until, long step) {
		long start = Math.floorDiv(from, step) * step + step;
		long end = Math.floorDiv(until, step) * step + step;
		return new Grid(start, Math.max(end, start + step), step);
	}

	/**
	 * Returns how many slots there are; one that the end cuts counts.
	 * @return the number of slots, which may be more than there is room for
	 */
	public long size() {
		return Math.max(0, (this.end - this.start + this.step - 1) / this.step);
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

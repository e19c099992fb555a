package io.eardrum.metric;

import java.io.IOException;

/**
 * Takes the points that a store reads, block by block.
 */
@FunctionalInterface
public interface PointSink {

	/**
	 * Takes some consecutive points of one series. A series may come in any number of
	 * blocks, one after the other, and its timestamps ascend strictly over all of them.
	 * @param key the key of the series
	 * @param timestamps an array that holds the timestamps; it is valid during this call
	 * only, and must not be changed
	 * @param values an array that holds the values, at the same indexes
	 * @param from the index of the first point
	 * @param to the index after the last point
	 * @throws IOException if the points can't be passed on, which ends the reading
	 */
	void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException;

}

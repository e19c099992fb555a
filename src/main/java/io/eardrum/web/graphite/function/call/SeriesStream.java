package io.eardrum.web.graphite.function.call;

import java.util.function.Consumer;

import io.eardrum.web.graphite.series.GridSeries;

/**
 * Series that are passed on one after the other. Where they are read or computed on the
 * way, only one of them is in memory at a time, and each pass reads or computes them
 * again.
 */
@FunctionalInterface
public interface SeriesStream {

	/**
	 * Passes all series on, in their order.
	 * @param consumer takes each series, and does not keep it
	 */
	void forEach(Consumer<GridSeries> consumer);

}

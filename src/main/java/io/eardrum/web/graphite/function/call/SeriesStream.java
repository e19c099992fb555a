package io.eardrum.web.graphite.function.call;

import java.util.function.Consumer;

import io.eardrum.web.graphite.series.GridSeries;

/**
 * Series that come one after the other. Where they are read or computed as they come, one
 * of them is in memory at a time, and they are read or computed each time again.
 */
@FunctionalInterface
public interface SeriesStream {

	/**
	 * Passes all series on, in their order.
	 * @param consumer takes them, and does not keep them
	 */
	void forEach(Consumer<GridSeries> consumer);

}

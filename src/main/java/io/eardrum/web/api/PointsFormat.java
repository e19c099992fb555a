package io.eardrum.web.api;

import java.io.IOException;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;

/**
 * Writes points in one format: series after series, each with its points.
 */
interface PointsFormat extends PointSink {

	void begin() throws IOException;

	void beginSeries(SeriesKey key) throws IOException;

	/**
	 * Ends a series of which some points may have been left out.
	 * @param count how many points it has in all
	 * @param mean the mean of all points; of no meaning if there are none
	 * @throws IOException if the client has gone
	 */
	default void endSeries(long count, double mean) throws IOException {
		endSeries();
	}

	void endSeries() throws IOException;

	void end() throws IOException;

}

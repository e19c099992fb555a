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

	void endSeries() throws IOException;

	void end() throws IOException;

}

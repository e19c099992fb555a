package io.eardrum.web.api;

import java.io.IOException;

import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.TextReply;

/**
 * Points as CSV (RFC 4180): a header, and below it one line for each point.
 */
final class CsvPoints implements PointsFormat {

	private final TextReply text;

	CsvPoints(TextReply text) {
		this.text = text;
	}

	@Override
	public void begin() throws IOException {
		this.text.ascii("key,timestamp,value\r\n");
	}

	@Override
	public void beginSeries(SeriesKey key) {
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		for (int i = from; i < to; i++) {
			this.text.csvKey(key).ascii(",").integer(timestamps[i]);
			this.text.ascii(",").value(values[i]).ascii("\r\n");
		}
	}

	@Override
	public void endSeries() {
	}

	@Override
	public void end() {
	}

}

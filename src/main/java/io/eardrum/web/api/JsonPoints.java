package io.eardrum.web.api;

import java.io.IOException;

import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.TextReply;

/**
 * Points as JSON: one object for each series, in which a point is a pair of timestamp and
 * value.
 */
final class JsonPoints implements PointsFormat {

	private final TextReply text;

	private boolean firstSeries = true;

	private boolean firstPoint;

	JsonPoints(TextReply text) {
		this.text = text;
	}

	@Override
	public void begin() throws IOException {
		this.text.ascii("{\"series\":[");
	}

	@Override
	public void beginSeries(SeriesKey key) throws IOException {
		this.text.ascii(this.firstSeries ? "\n{\"key\":" : ",\n{\"key\":").jsonString(key).ascii(",\"points\":[");
		this.firstSeries = false;
		this.firstPoint = true;
	}

	@Override
	public void accept(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		for (int i = from; i < to; i++) {
			this.text.ascii(this.firstPoint ? "[" : ",[").integer(timestamps[i]);
			this.text.ascii(",").value(values[i]).ascii("]");
			this.firstPoint = false;
		}
	}

	@Override
	public void endSeries(long count, double mean) throws IOException {
		this.text.ascii("],\"count\":").integer(count).ascii(",\"mean\":");
		if (count > 0) {
			this.text.value(mean).ascii("}");
		}
		else {
			this.text.ascii("null}");
		}
	}

	@Override
	public void endSeries() throws IOException {
		this.text.ascii("]}");
	}

	@Override
	public void end() throws IOException {
		this.text.ascii("]}\n");
	}

}

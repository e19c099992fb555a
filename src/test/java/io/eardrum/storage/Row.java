package io.eardrum.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;

/**
 * A point as a reader sees it. Two are equal if their values are the same bit for bit.
 *
 * @param key the key of its series
 * @param timestamp the timestamp
 * @param value the value
 */
public record Row(String key, long timestamp, double value) {

	public static List<Row> of(MetricRepository repository, String key, TimeRange range) {
		return collect((sink) -> repository.read(SeriesKey.of(key), range, sink));
	}

	static List<Row> ofAll(MetricRepository repository, TimeRange range) {
		return collect((sink) -> repository.readAll(range, sink));
	}

	private static List<Row> collect(Reading reading) {
		List<Row> rows = new ArrayList<>();
		try {
			reading.into((key, timestamps, values, from, to) -> {
				String text = key.toString();
				for (int i = from; i < to; i++) {
					rows.add(new Row(text, timestamps[i], values[i]));
				}
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return rows;
	}

	/**
	 * Something that passes points on.
	 */
	private interface Reading {

		void into(PointSink sink) throws IOException;

	}

}

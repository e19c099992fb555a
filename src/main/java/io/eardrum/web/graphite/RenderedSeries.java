package io.eardrum.web.graphite;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

import io.eardrum.web.graphite.query.NumberText;
import io.eardrum.web.graphite.series.GridSeries;
import io.eardrum.web.http.TextReply;

/**
 * Writes series as the text of an answer.
 */
final class RenderedSeries {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

	private RenderedSeries() {
	}

	/**
	 * Writes series as JSON: an array of objects in which a point is a pair of a value,
	 * or null, and a time.
	 * @param series the series
	 * @param nulls whether points without a value are written
	 * @param text where to write them
	 * @throws IOException if it can't be sent
	 */
	static void json(Iterable<GridSeries> series, boolean nulls, TextReply text) throws IOException {
		text.ascii("[");
		String separator = "";
		for (GridSeries one : series) {
			if (nulls || hasValue(one)) {
				text.ascii(separator).ascii("{\"target\":").jsonString(one.name()).ascii(",\"tags\":");
				tags(one.tags(), text);
				text.ascii(",\"datapoints\":[");
				points(one, nulls, text);
				text.ascii("]}");
				separator = ",\n";
			}
		}
		text.ascii("]");
	}

	private static boolean hasValue(GridSeries series) {
		for (int i = 0; i < count(series); i++) {
			if (!Double.isNaN(series.value(i))) {
				return true;
			}
		}
		return false;
	}

	private static void tags(Map<String, String> tags, TextReply text) throws IOException {
		String separator = "{";
		for (Map.Entry<String, String> tag : new TreeMap<>(tags).entrySet()) {
			text.ascii(separator).jsonString(tag.getKey()).ascii(":").jsonString(tag.getValue());
			separator = ",";
		}
		text.ascii("}");
	}

	private static void points(GridSeries series, boolean nulls, TextReply text) throws IOException {
		String separator = "[";
		for (int i = 0; i < count(series); i++) {
			double value = series.value(i);
			if (nulls || !Double.isNaN(value)) {
				text.ascii(separator);
				jsonValue(value, text);
				text.ascii(",").integer(series.time(i)).ascii("]");
				separator = ",[";
			}
		}
	}

	// A series that was moved in time ends where the move has set its end.
	private static int count(GridSeries series) {
		long possible = (series.end() - series.start()) / series.step() + 1;
		return (int) Math.max(0, Math.min(series.size(), possible));
	}

	// JSON has no infinite numbers, but this number is read as infinite.
	private static void jsonValue(double value, TextReply text) throws IOException {
		if (Double.isFinite(value)) {
			text.value(value);
		}
		else {
			text.ascii(Double.isNaN(value) ? "null" : (value > 0) ? "1e9999" : "-1e9999");
		}
	}

	/**
	 * Writes series as CSV: a line with name, time and value for each point.
	 * @param series the series
	 * @param zone the time zone of the times
	 * @param text where to write them
	 * @throws IOException if it can't be sent
	 */
	static void csv(Iterable<GridSeries> series, ZoneId zone, TextReply text) throws IOException {
		for (GridSeries one : series) {
			for (int i = 0; i < one.size(); i++) {
				text.csvField(one.name()).ascii(",");
				text.ascii(TIME.format(Instant.ofEpochSecond(one.time(i)).atZone(zone))).ascii(",");
				text.ascii(Double.isNaN(one.value(i)) ? "" : NumberText.exact(one.value(i))).ascii("\r\n");
			}
		}
	}

	/**
	 * Writes series as lines: name, start, end and step, and after a vertical bar the
	 * values.
	 * @param series the series
	 * @param text where to write them
	 * @throws IOException if it can't be sent
	 */
	static void raw(Iterable<GridSeries> series, TextReply text) throws IOException {
		for (GridSeries one : series) {
			text.text(one.name()).ascii(",").integer(one.start()).ascii(",").integer(one.end());
			text.ascii(",").integer(one.step()).ascii("|");
			for (int i = 0; i < one.size(); i++) {
				text.ascii((i > 0) ? "," : "");
				text.ascii(Double.isNaN(one.value(i)) ? "None" : NumberText.exact(one.value(i)));
			}
			text.ascii("\n");
		}
	}

}

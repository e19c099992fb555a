package io.eardrum.cli.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.transfer.PointRecord;
import io.eardrum.metric.KeyedPoint;
import io.eardrum.protocol.CsvKey;
import io.eardrum.protocol.PrintableText;

/**
 * The columns of a CSV file, by its header. It makes points of the other records. Used by
 * one thread.
 */
final class CsvColumns {

	/** How many characters of a header a message shows. */
	private static final int MAX_SHOWN = 300;

	private final Values values = new Values();

	private final Times times;

	private final Keys keys;

	private final List<String> header;

	private int time = -1;

	private int key = -1;

	/** The columns that have values. */
	private final List<Integer> series = new ArrayList<>();

	/**
	 * Reads a header.
	 * @param header the names of the columns
	 * @param options which of them mean what
	 * @param times reads times
	 * @param keys makes keys
	 * @param record gets the problems of single columns
	 * @throws IOException if a column is missing; the message says which one
	 */
	CsvColumns(List<String> header, Options options, Times times, Keys keys, PointRecord record) throws IOException {
		this.header = header;
		this.times = times;
		this.keys = keys;
		findTime(options);
		if (options.wide()) {
			findSeries(record);
		}
		else {
			this.key = find(options.key(), "--key-column names another, and --wide makes each column a series");
			this.series.add(find(options.value(), "--value-column names another"));
		}
	}

	private void findTime(Options options) throws IOException {
		if (options.time() != null) {
			this.time = find(options.time(), "--time-column names another");
			return;
		}
		for (String name : List.of("timestamp", "time", "Time")) {
			this.time = (this.time < 0) ? this.header.indexOf(name) : this.time;
		}
		if (this.time < 0 && !this.times.hasFallback()) {
			throw missing("timestamp", "--time-column names another, and --time gives all records one time");
		}
	}

	private void findSeries(PointRecord record) throws IOException {
		Set<String> names = new HashSet<>();
		for (int i = 0; i < this.header.size(); i++) {
			if (!this.header.get(i).isEmpty() && !names.add(this.header.get(i))) {
				throw twice(this.header.get(i));
			}
			String problem = problem(key(this.header.get(i)));
			if (i != this.time && problem != null) {
				record.reject("the column '" + this.header.get(i) + "' is left out: " + problem);
			}
			else if (i != this.time) {
				this.series.add(i);
			}
		}
		if (this.series.isEmpty()) {
			throw new IOException("its header has no column that is a series");
		}
	}

	// Otherwise, each record would be rejected for it.
	private static @Nullable String problem(String key) {
		if (key.isEmpty()) {
			return "it has no name";
		}
		if (key.equals("*")) {
			return "the key '*' is reserved for all keys";
		}
		return key.chars().anyMatch((character) -> character <= ' ' || character == 0x7F)
				? "a key has no blank or control character in it" : null;
	}

	private int find(String name, String remedy) throws IOException {
		int index = this.header.indexOf(name);
		if (index < 0) {
			throw missing(name, remedy);
		}
		if (index != this.header.lastIndexOf(name)) {
			throw twice(name);
		}
		return index;
	}

	private static IOException twice(String name) {
		return new IOException("its header has the column '" + shown(name) + "' twice");
	}

	private IOException missing(String name, String remedy) {
		String all = this.header.stream().map((each) -> "'" + each + "'").collect(Collectors.joining(", "));
		return new IOException("its header has no column '" + name + "', but " + shown(all) + "; " + remedy);
	}

	private static String shown(String text) {
		return PrintableText.of(text, MAX_SHOWN);
	}

	/**
	 * Reads a record.
	 * @param fields its fields
	 * @param record gets its points and problems
	 * @throws RejectedException if there is no point in it
	 */
	void read(List<String> fields, PointRecord record) throws RejectedException {
		if (fields.size() != this.header.size()) {
			throw new RejectedException("it has another number of columns (" + fields.size() + ") than the header ("
					+ this.header.size() + ")");
		}
		long timestamp = this.times.read((this.time >= 0) ? fields.get(this.time) : "");
		for (int column : this.series) {
			String field = fields.get(column);
			if (this.key >= 0) {
				record.add(point(key(fields.get(this.key)), field, timestamp));
			}
			else if (!field.isBlank()) {
				try {
					record.add(point(key(this.header.get(column)), field, timestamp));
				}
				catch (RejectedException ex) {
					record.reject("column '" + this.header.get(column) + "': " + ex.getMessage());
				}
			}
		}
	}

	private KeyedPoint point(String key, String value, long timestamp) throws RejectedException {
		if (key.isEmpty()) {
			throw new RejectedException("the key is missing");
		}
		return KeyedPoint.of(key, this.values.read(value)).at(timestamp);
	}

	private String key(String field) {
		return this.keys.of(CsvKey.read(field));
	}

	/**
	 * What the columns of a CSV file mean.
	 *
	 * @param key the column of the key
	 * @param value the column of the value
	 * @param time the column of the time, or {@code null} for one named timestamp or time
	 * @param wide whether each column but the time is a series, named after the column
	 * @param delimiter what separates columns
	 */
	record Options(String key, String value, @Nullable String time, boolean wide, char delimiter) {

	}

}

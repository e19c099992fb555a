package io.eardrum.cli.format;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.transfer.PointRecord;
import io.eardrum.metric.KeyedPoint;

/**
 * Reads one line of Influx line protocol. A backslash escapes commas, blanks and, but for
 * measurements, equals signs; in texts, quotation marks and backslashes. Before any other
 * character it stands for itself. Not safe for use by several threads.
 */
final class InfluxLine {

	private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+[iu]");

	private final Values values = new Values();

	private final Times times;

	private final Keys keys;

	private String text = "";

	private int position;

	InfluxLine(Times times, Keys keys) {
		this.times = times;
		this.keys = keys;
	}

	/**
	 * Returns whether a line ends within a quotation. Quotation marks have a meaning only
	 * at the start of the value of a field.
	 * @param line the line
	 * @return whether a quotation mark is not closed
	 */
	static boolean isOpen(String line) {
		boolean inFields = false;
		boolean quoted = false;
		for (int i = 0; i < line.length(); i++) {
			switch (line.charAt(i)) {
				case '\\' -> i++;
				case ' ' -> inFields = true;
				case '"' -> quoted = quoted ? false : inFields && line.charAt(i - 1) == '=';
				default -> {
					// Part of a word.
				}
			}
		}
		return quoted;
	}

	/**
	 * Reads a line.
	 * @param line the line, without blanks around it
	 * @param record gets the points, and the problems of single fields
	 * @throws RejectedException if there is no point in it
	 */
	void read(String line, PointRecord record) throws RejectedException {
		this.text = line;
		this.position = 0;
		String measurement = word(", ", ", ");
		if (measurement.isEmpty()) {
			throw new RejectedException("the measurement is missing");
		}
		Tags tags = new Tags();
		while (isAt(',')) {
			this.position++;
			String tag = word("=, ", "=, ");
			require('=', "the tag '" + tag + "' has no value");
			tags.add(tag, word(", ", "=, "));
		}
		skipBlanks();
		int fields = this.position;
		// The time stands at the end, and is needed for the first point.
		while (field(null, tags, measurement, 0)) {
			this.position++;
		}
		int end = this.position;
		long time = this.times.read(this.text.substring(end));
		this.position = fields;
		while (field(record, tags, measurement, time)) {
			this.position++;
		}
	}

	// Reads a field, and returns whether another one follows.
	private boolean field(@Nullable PointRecord record, Tags tags, String measurement, long time)
			throws RejectedException {
		String name = word("=, ", "=, ");
		if (name.isEmpty()) {
			throw new RejectedException("a field is missing");
		}
		require('=', "the field '" + name + "' has no value");
		boolean isString = isAt('"');
		String value = isString ? string() : word(", ", "");
		boolean goesOn = isAt(',');
		if (!goesOn && this.position < this.text.length() && !isAt(' ')) {
			throw new RejectedException("text follows the closing quotation mark of the field '" + name + "'");
		}
		if (record != null) {
			try {
				if (isString) {
					throw new RejectedException("it is a text, and only numbers are stored");
				}
				String key = this.keys.of(tags.keyOf(measurement + "." + name));
				record.add(KeyedPoint.of(key, number(value)).at(time));
			}
			catch (RejectedException ex) {
				record.reject("the field '" + name + "': " + ex.getMessage());
			}
		}
		return goesOn;
	}

	private double number(String value) throws RejectedException {
		return switch (value) {
			case "t", "T", "true", "True", "TRUE" -> 1;
			case "f", "F", "false", "False", "FALSE" -> 0;
			default ->
				this.values.read(INTEGER.matcher(value).matches() ? value.substring(0, value.length() - 1) : value);
		};
	}

	private String string() throws RejectedException {
		int start = ++this.position;
		while (!isAt('"')) {
			if (this.position >= this.text.length()) {
				throw new RejectedException("a quotation mark is not closed");
			}
			this.position += isAt('\\') ? 2 : 1;
		}
		return this.text.substring(start, this.position++);
	}

	// Reads up to one of some characters that is not escaped.
	private String word(String ends, String escaped) {
		StringBuilder word = new StringBuilder();
		while (this.position < this.text.length() && ends.indexOf(this.text.charAt(this.position)) < 0) {
			if (isAt('\\') && this.position + 1 < this.text.length()
					&& escaped.indexOf(this.text.charAt(this.position + 1)) >= 0) {
				this.position++;
			}
			word.append(this.text.charAt(this.position++));
		}
		return word.toString();
	}

	private boolean isAt(char expected) {
		return this.position < this.text.length() && this.text.charAt(this.position) == expected;
	}

	private void require(char expected, String problem) throws RejectedException {
		if (!isAt(expected)) {
			throw new RejectedException(problem);
		}
		this.position++;
	}

	private void skipBlanks() {
		while (isAt(' ')) {
			this.position++;
		}
	}

}

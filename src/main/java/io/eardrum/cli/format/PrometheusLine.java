package io.eardrum.cli.format;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.KeyedPoint;

/**
 * Reads one sample of Prometheus' text format. The name may also be in quotation marks,
 * within the braces. A label with an empty value is the same as none. Not safe for use by
 * several threads.
 */
final class PrometheusLine {

	private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

	private final Values values = new Values();

	private final Times times;

	private final Keys keys;

	private String text = "";

	private int position;

	PrometheusLine(Times times, Keys keys) {
		this.times = times;
		this.keys = keys;
	}

	/**
	 * Reads a line.
	 * @param line the line, without blanks around it
	 * @return the point
	 * @throws RejectedException if it is not one
	 */
	KeyedPoint read(String line) throws RejectedException {
		this.text = line;
		this.position = 0;
		String name = isAt('{') ? null : name("{ \t");
		Tags tags = new Tags();
		skipBlanks();
		if (isAt('{')) {
			this.position++;
			name = labels(name, tags);
		}
		if (name == null) {
			throw new RejectedException("the name of the metric is missing");
		}
		String key = this.keys.of(tags.keyOf(name));
		double value = this.values.read(word());
		String time = word();
		if (time.startsWith("#")) {
			return KeyedPoint.of(key, value).at(this.times.read(""));
		}
		String rest = word();
		if (!rest.isEmpty() && !rest.startsWith("#")) {
			throw new RejectedException("'" + rest + "' follows the time");
		}
		return KeyedPoint.of(key, value).at(this.times.read(time));
	}

	// Returns the name of the metric, which may be among the labels.
	private @Nullable String labels(@Nullable String before, Tags tags) throws RejectedException {
		String name = before;
		while (true) {
			skipBlanks();
			if (isAt('}')) {
				this.position++;
				return name;
			}
			boolean quoted = isAt('"');
			String label = quoted ? string() : name("=,} \t");
			skipBlanks();
			if (quoted && name == null && !isAt('=')) {
				name = label;
			}
			else {
				require('=', "the label '" + label + "' has no value");
				skipBlanks();
				String value = string();
				if (!value.isEmpty()) {
					tags.add(label, value);
				}
			}
			skipBlanks();
			if (!isAt('}')) {
				require(',', "the braces are not closed");
			}
		}
	}

	private String name(String ends) throws RejectedException {
		int start = this.position;
		while (this.position < this.text.length() && ends.indexOf(this.text.charAt(this.position)) < 0) {
			this.position++;
		}
		String name = this.text.substring(start, this.position);
		if (!NAME.matcher(name).matches()) {
			throw new RejectedException("'" + name + "' is not the name of a metric or label");
		}
		return name;
	}

	private String string() throws RejectedException {
		require('"', "a quotation mark is missing");
		StringBuilder string = new StringBuilder();
		while (!isAt('"')) {
			if (this.position >= this.text.length()) {
				throw new RejectedException("a quotation mark is not closed");
			}
			char next = this.text.charAt(this.position++);
			if (next == '\\' && (isAt('\\') || isAt('"') || isAt('n'))) {
				next = isAt('n') ? '\n' : this.text.charAt(this.position);
				this.position++;
			}
			string.append(next);
		}
		this.position++;
		return string.toString();
	}

	// Returns the next word, which is empty at the end of the line.
	private String word() {
		skipBlanks();
		int start = this.position;
		while (this.position < this.text.length() && !isAt(' ') && !isAt('\t')) {
			this.position++;
		}
		return this.text.substring(start, this.position);
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
		while (isAt(' ') || isAt('\t')) {
			this.position++;
		}
	}

}

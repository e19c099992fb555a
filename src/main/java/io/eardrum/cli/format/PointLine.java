package io.eardrum.cli.format;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PlaintextTimestamp;
import io.eardrum.protocol.number.NumberReader;

/**
 * Reads a line that contains a point: {@code put key value timestamp}, or
 * {@code key value timestamp} as {@code get} prints it and as Graphite accepts it. In the
 * latter form the timestamp may have a fraction, which is cut off, or an exponent. Even
 * -1, which means now on Graphite's port, is taken literally, so that an exported file
 * can be imported unchanged.
 * <p>
 * Not safe for use by several threads: the point that was read last is kept.
 */
final class PointLine {

	private static final int MAX_WORDS = 5;

	private final NumberReader numbers = new NumberReader();

	private final int[] starts = new int[MAX_WORDS];

	private final int[] ends = new int[MAX_WORDS];

	private final PlaintextTimestamp plaintext = new PlaintextTimestamp();

	private long timestamp;

	private @Nullable SeriesKey key;

	/**
	 * Reads a line.
	 * @param bytes the array that contains it
	 * @param from where it starts
	 * @param to where it ends
	 * @return what kind of line it is
	 */
	Kind read(byte[] bytes, int from, int to) {
		int words = split(bytes, from, to);
		if (words == 0 || (words == 1 && isWord(bytes, 0, "ok"))) {
			return Kind.IGNORED;
		}
		int first = (words == 4 && isWord(bytes, 0, "put")) ? 1 : 0;
		if (words - first != 3) {
			return Kind.NO_POINT;
		}
		int valueEnd = this.numbers.readValue(bytes, this.starts[first + 1], this.ends[first + 1]);
		if (valueEnd != this.ends[first + 1]) {
			return Kind.BAD_VALUE;
		}
		if (!readTimestamp(bytes, first + 2, first == 0)) {
			return Kind.BAD_TIMESTAMP;
		}
		int length = this.ends[first] - this.starts[first];
		if (this.key == null || !this.key.matches(bytes, this.starts[first], length)) {
			this.key = SeriesKey.of(bytes, this.starts[first], length);
		}
		return Kind.POINT;
	}

	// After 'put', the rules are those of the command.
	private boolean readTimestamp(byte[] bytes, int word, boolean isPlaintext) {
		if (isPlaintext) {
			boolean read = this.plaintext.read(bytes, this.starts[word], this.ends[word]);
			this.timestamp = this.plaintext.seconds();
			return read;
		}
		int end = this.numbers.readTimestamp(bytes, this.starts[word], this.ends[word]);
		this.timestamp = this.numbers.timestamp();
		return end == this.ends[word];
	}

	SeriesKey key() {
		if (this.key == null) {
			throw new IllegalStateException("no point was read");
		}
		return this.key;
	}

	long timestamp() {
		return this.timestamp;
	}

	double value() {
		return this.numbers.value();
	}

	private int split(byte[] bytes, int from, int to) {
		int words = 0;
		int position = from;
		while (words < MAX_WORDS) {
			while (position < to && isBlank(bytes[position])) {
				position++;
			}
			if (position == to) {
				return words;
			}
			this.starts[words] = position;
			while (position < to && !isBlank(bytes[position])) {
				position++;
			}
			this.ends[words++] = position;
		}
		return words;
	}

	private static boolean isBlank(byte value) {
		return value == ' ' || value == '\t';
	}

	private boolean isWord(byte[] bytes, int word, String expected) {
		int start = this.starts[word];
		if (this.ends[word] - start != expected.length()) {
			return false;
		}
		for (int i = 0; i < expected.length(); i++) {
			if (bytes[start + i] != expected.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The kinds of lines.
	 */
	enum Kind {

		/** A point. */
		POINT(""),

		/** A blank line or {@code ok}, which surround the rows of a reply. */
		IGNORED(""),

		/** Not as many words as a point has. */
		NO_POINT("neither 'key value timestamp' nor 'put key value timestamp'"),

		/** The value is not valid. */
		BAD_VALUE("the value is not a finite decimal number"),

		/** The timestamp is not valid. */
		BAD_TIMESTAMP("the timestamp is not a 64-bit integer");

		private final String problem;

		Kind(String problem) {
			this.problem = problem;
		}

		String problem() {
			return this.problem;
		}

	}

}

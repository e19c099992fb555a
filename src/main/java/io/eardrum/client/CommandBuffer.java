package io.eardrum.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.KeyedPoint;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PrintableText;
import io.eardrum.protocol.number.NumberWriter;
import io.eardrum.protocol.number.Utf8;

/**
 * Gathers commands for the server. Not safe for use by several threads at once.
 */
final class CommandBuffer {

	private static final byte[] PUT = "put ".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] GET = "get ".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] GET_ALL = "get *\n".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] LAST = "last ".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] RANGE = "range ".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] DELETE = "delete ".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] KEYS = "keys ".getBytes(StandardCharsets.US_ASCII);

	private static final int MAX_REST_LENGTH = DELETE.length + NumberWriter.MAX_TIMESTAMP_LENGTH
			+ NumberWriter.MAX_VALUE_LENGTH + NumberWriter.MAX_TIMESTAMP_LENGTH + 3;

	/** What makes a word a pattern. */
	private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");

	private static final Pattern SPECIAL_OR_BACKSLASH = Pattern.compile("[*?\\[{\\\\]");

	/** How many characters of a key a message shows. */
	private static final int MAX_SHOWN = 500;

	private byte[] bytes;

	private int length;

	/**
	 * The last key that passed the check, because the next point mostly has the same one.
	 */
	private @Nullable SeriesKey goodKey;

	CommandBuffer(int capacity) {
		this.bytes = new byte[capacity];
	}

	int length() {
		return this.length;
	}

	/**
	 * Adds a put.
	 * @param point the point
	 * @throws MetricClientException if no command can carry it; nothing is added then
	 */
	void put(KeyedPoint point) {
		SeriesKey key = point.key();
		double value = point.value();
		if (!Double.isFinite(value)) {
			throw invalid("the value of '" + visible(key) + "' is " + value + ", which is not a finite number");
		}
		int position = begin(PUT, key);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeValue(value, this.bytes, position);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeTimestamp(point.timestamp(), this.bytes, position);
		this.bytes[position++] = '\n';
		this.length = position;
	}

	/**
	 * Adds a get.
	 * @param key the key
	 * @throws MetricClientException if no command can carry it; nothing is added then
	 */
	void get(SeriesKey key) {
		int position = begin(GET, key);
		this.bytes[position++] = '\n';
		this.length = position;
	}

	void getAll() {
		ensure(GET_ALL.length);
		System.arraycopy(GET_ALL, 0, this.bytes, this.length, GET_ALL.length);
		this.length += GET_ALL.length;
	}

	/**
	 * Adds a command that lists keys.
	 * @param pattern a pattern or a key
	 * @throws MetricClientException if no command can carry it; nothing is added then
	 */
	void keys(String pattern) {
		pattern(KEYS, pattern);
	}

	/**
	 * Adds a command for the newest point of a series.
	 * @param key the key
	 * @throws MetricClientException if no command can carry it, or if it would be taken
	 * for a pattern; nothing is added then
	 */
	void last(SeriesKey key) {
		if (key.length() == 1 && key.toString().equals("*")) {
			throw invalid("the key '*' is reserved for all keys");
		}
		// As a pattern, which matches this key only.
		pattern(LAST, SPECIAL.matcher(key.toString()).find()
				? SPECIAL_OR_BACKSLASH.matcher(key.toString()).replaceAll("\\\\$0") : key.toString());
	}

	/**
	 * Adds a command for the newest point of several series.
	 * @param pattern a pattern or a key
	 * @throws MetricClientException if no command can carry it; nothing is added then
	 */
	void lastOfMatching(String pattern) {
		pattern(LAST, pattern);
	}

	/**
	 * Adds a command for the points of a series in a range.
	 * @param key the key
	 * @param from the first timestamp
	 * @param to the last timestamp
	 * @throws MetricClientException if no command can carry it; nothing is added then
	 */
	void range(SeriesKey key, long from, long to) {
		span(RANGE, key, from, to);
	}

	void delete(SeriesKey key) {
		int position = begin(DELETE, key);
		this.bytes[position++] = '\n';
		this.length = position;
	}

	void delete(SeriesKey key, long from, long to) {
		span(DELETE, key, from, to);
	}

	private void span(byte[] command, SeriesKey key, long from, long to) {
		int position = begin(command, key);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeTimestamp(from, this.bytes, position);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeTimestamp(to, this.bytes, position);
		this.bytes[position++] = '\n';
		this.length = position;
	}

	private void pattern(byte[] command, String pattern) {
		if (pattern.isEmpty()) {
			throw invalid("a pattern has at least one character");
		}
		SeriesKey word = SeriesKey.of(pattern);
		ensure(word.length() + MAX_REST_LENGTH);
		System.arraycopy(command, 0, this.bytes, this.length, command.length);
		int end = word.copyTo(this.bytes, this.length + command.length);
		if (!pattern.equals("*")) {
			check(word, this.length + command.length, end);
		}
		this.bytes[end] = '\n';
		this.length = end + 1;
	}

	void writeTo(OutputStream output) throws IOException {
		output.write(this.bytes, 0, this.length);
	}

	void clear() {
		this.length = 0;
	}

	private int begin(byte[] command, SeriesKey key) {
		ensure(key.length() + MAX_REST_LENGTH);
		System.arraycopy(command, 0, this.bytes, this.length, command.length);
		int keyStart = this.length + command.length;
		int keyEnd = key.copyTo(this.bytes, keyStart);
		if (this.goodKey == null || !key.equals(this.goodKey)) {
			check(key, keyStart, keyEnd);
			this.goodKey = key;
		}
		return keyEnd;
	}

	// A key that contains a blank or a line end would make another command, or two.
	private void check(SeriesKey key, int start, int end) {
		for (int i = start; i < end; i++) {
			byte current = this.bytes[i];
			if ((current >= 0 && current <= ' ') || current == 0x7F) {
				throw invalid("the key '" + visible(key) + "' has a blank or control character in it");
			}
		}
		if (end - start == 1 && this.bytes[start] == '*') {
			throw invalid("the key '*' is reserved for all keys");
		}
		if (!Utf8.isWellFormed(this.bytes, start, end)) {
			throw invalid("the key '" + visible(key) + "' is not well-formed UTF-8");
		}
	}

	private void ensure(int count) {
		if (this.length + count > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.length + count, this.bytes.length * 2));
		}
	}

	private static MetricClientException invalid(String message) {
		return new MetricClientException(MetricClientException.Reason.INVALID, message);
	}

	private static String visible(SeriesKey key) {
		return PrintableText.of(key.toString(), MAX_SHOWN);
	}

}

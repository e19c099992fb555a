package io.eardrum.cli.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Renders the puts of one connection. Its series take turns, and the timestamp grows by a
 * second after each turn.
 * <p>
 * Each line is a copy of a prepared one with the digits of value and timestamp patched
 * in, so that rendering costs almost nothing compared with what is measured. All lines
 * have the same length. Not safe for use by several threads.
 */
final class PutLines {

	private static final int VALUES = 900;

	private static final int TIMESTAMP_DIGITS = 10;

	/** 10.0 to 99.9, four bytes each. */
	private static final byte[] VALUE_TEXTS = valueTexts();

	private final byte[] templates;

	private final byte[] timestamp;

	private final int series;

	private final int lineLength;

	private int nextSeries;

	private int nextValue;

	/**
	 * Prepares the lines of a connection. With n connections, it gets every n-th series,
	 * and at least one.
	 * @param connection the number of the connection, from 0
	 * @param connections how many connections there are
	 * @param series how many series there are for all connections
	 * @param start the first timestamp, of ten digits
	 */
	PutLines(int connection, int connections, int series, long start) {
		StringBuilder text = new StringBuilder();
		int count = 0;
		for (int i = connection % series; i < series; i += connections) {
			text.append("put ").append(key(i, series)).append(" 00.0 0000000000\n");
			count++;
		}
		this.templates = text.toString().getBytes(StandardCharsets.US_ASCII);
		this.series = count;
		this.lineLength = this.templates.length / count;
		this.timestamp = String.valueOf(start).getBytes(StandardCharsets.US_ASCII);
		this.nextValue = connection % VALUES;
	}

	/**
	 * Returns the key of a series.
	 * @param number the number of the series, from 0
	 * @param series how many series there are
	 * @return the key, which is as long as those of the others
	 */
	static String key(int number, int series) {
		int digits = Math.max(3, String.valueOf(series - 1).length());
		return LoadGenerator.KEY_PREFIX + "host" + String.format(Locale.ROOT, "%0" + digits + "d", number);
	}

	int lineLength() {
		return this.lineLength;
	}

	/**
	 * Renders the next lines.
	 * @param target the array that gets the lines, from its start
	 * @param lines the number of lines
	 * @return the number of bytes
	 */
	int render(byte[] target, int lines) {
		int length = this.lineLength;
		int end = 0;
		for (int i = 0; i < lines; i++) {
			System.arraycopy(this.templates, this.nextSeries * length, target, end, length);
			end += length;
			int timestampStart = end - 1 - TIMESTAMP_DIGITS;
			System.arraycopy(this.timestamp, 0, target, timestampStart, TIMESTAMP_DIGITS);
			System.arraycopy(VALUE_TEXTS, this.nextValue * 4, target, timestampStart - 5, 4);
			// The step is coprime to the number of values, so all of them occur, in a
			// mixed order.
			this.nextValue = (this.nextValue + 407) % VALUES;
			this.nextSeries++;
			if (this.nextSeries == this.series) {
				this.nextSeries = 0;
				addSecond();
			}
		}
		return end;
	}

	private void addSecond() {
		int digit = TIMESTAMP_DIGITS - 1;
		while (this.timestamp[digit] == '9') {
			this.timestamp[digit--] = '0';
		}
		this.timestamp[digit]++;
	}

	private static byte[] valueTexts() {
		StringBuilder text = new StringBuilder();
		for (int i = 100; i < 100 + VALUES; i++) {
			text.append(i / 10).append('.').append(i % 10);
		}
		return text.toString().getBytes(StandardCharsets.US_ASCII);
	}

}

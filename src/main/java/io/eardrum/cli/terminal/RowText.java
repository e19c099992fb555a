package io.eardrum.cli.terminal;

import java.nio.charset.StandardCharsets;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.number.NumberWriter;

/**
 * The text of a point, as the server writes it. Not safe for use by several threads.
 */
public final class RowText {

	private byte[] bytes = new byte[1024];

	private int length;

	/**
	 * Writes a row into {@link #bytes()}.
	 * @param key the key
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	public void set(SeriesKey key, long timestamp, double value) {
		int most = key.length() + NumberWriter.MAX_VALUE_LENGTH + NumberWriter.MAX_TIMESTAMP_LENGTH + 3;
		if (this.bytes.length < most) {
			this.bytes = new byte[most];
		}
		int position = key.copyTo(this.bytes, 0);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeValue(value, this.bytes, position);
		this.bytes[position++] = ' ';
		position = NumberWriter.writeTimestamp(timestamp, this.bytes, position);
		this.bytes[position++] = '\n';
		this.length = position;
	}

	byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Returns how much of {@link #bytes()} is the row.
	 * @return the number of bytes, LF included; 0 before the first row
	 */
	public int length() {
		return this.length;
	}

	/**
	 * Returns the text of a value, as a row shows it.
	 * @param value the value
	 * @return its text
	 */
	public static String ofValue(double value) {
		byte[] text = new byte[NumberWriter.MAX_VALUE_LENGTH];
		return new String(text, 0, NumberWriter.writeValue(value, text, 0), StandardCharsets.US_ASCII);
	}

}

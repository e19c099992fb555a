package io.eardrum.web.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.CsvKey;
import io.eardrum.protocol.number.NumberWriter;
import io.eardrum.web.http.body.MinimumDataRate;

/**
 * Writes text to a client through a buffer of fixed size. A full buffer is sent, so that
 * a reply of any length takes the same memory. Numbers are written as on the TCP port, in
 * a form that JSON, CSV and Prometheus also read.
 * <p>
 * Not safe for use by several threads at once. All methods throw an {@link IOException}
 * if the client has gone or takes the text too slowly.
 */
public final class TextReply {

	/** The size of the buffer of one answer, in bytes. */
	public static final int BUFFER_BYTES = 16 * 1024;

	private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

	private final byte[] buffer = new byte[BUFFER_BYTES];

	private final OutputStream target;

	private final MinimumDataRate rate;

	private byte[] keyBytes = new byte[512];

	private int length;

	/**
	 * Creates an empty reply.
	 * @param target where it is written
	 * @param rate how slowly the client may take it
	 */
	public TextReply(OutputStream target, MinimumDataRate rate) {
		this.target = target;
		this.rate = rate;
	}

	/**
	 * Writes text as it is.
	 * @param text the text, which consists of ASCII characters only
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply ascii(String text) throws IOException {
		for (int i = 0; i < text.length(); i++) {
			write((byte) text.charAt(i));
		}
		return this;
	}

	/**
	 * Writes text as it is.
	 * @param text the text
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply text(String text) throws IOException {
		int count = copy(text);
		for (int i = 0; i < count; i++) {
			write(this.keyBytes[i]);
		}
		return this;
	}

	/**
	 * Writes a value.
	 * @param value the value
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply value(double value) throws IOException {
		ensure(NumberWriter.MAX_VALUE_LENGTH);
		this.length = NumberWriter.writeValue(value, this.buffer, this.length);
		return this;
	}

	/**
	 * Writes an integer.
	 * @param number the number
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply integer(long number) throws IOException {
		ensure(NumberWriter.MAX_TIMESTAMP_LENGTH);
		this.length = NumberWriter.writeTimestamp(number, this.buffer, this.length);
		return this;
	}

	/**
	 * Writes a key as a string of JSON, with its quotes.
	 * @param key the key
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply jsonString(SeriesKey key) throws IOException {
		return jsonString(copy(key));
	}

	/**
	 * Writes text as a string of JSON, with its quotes.
	 * @param text the text
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply jsonString(String text) throws IOException {
		return jsonString(copy(text));
	}

	private TextReply jsonString(int count) throws IOException {
		write((byte) '"');
		for (int i = 0; i < count; i++) {
			byte next = this.keyBytes[i];
			if (next >= 0 && next < ' ') {
				ascii("\\u00");
				write(HEX[next >> 4]);
				write(HEX[next & 0xF]);
				continue;
			}
			if (next == '"' || next == '\\') {
				write((byte) '\\');
			}
			write(next);
		}
		write((byte) '"');
		return this;
	}

	/**
	 * Writes a key as a field of CSV that no spreadsheet interprets as a formula.
	 * @param key the key
	 * @return this object
	 * @throws IOException if it can't be sent
	 * @see CsvKey
	 */
	public TextReply csvKey(SeriesKey key) throws IOException {
		int count = copy(key);
		return csvField(count, CsvKey.looksLikeFormula(this.keyBytes, count));
	}

	/**
	 * Writes text as a field of CSV, in quotes if RFC 4180 requires them.
	 * @param text the text
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply csvField(String text) throws IOException {
		return csvField(copy(text), false);
	}

	private TextReply csvField(int count, boolean marked) throws IOException {
		boolean quoted = false;
		for (int i = 0; i < count; i++) {
			byte next = this.keyBytes[i];
			quoted |= next == '"' || next == ',' || next == ';' || next == '\t' || next == '\r' || next == '\n';
		}
		if (quoted) {
			write((byte) '"');
		}
		if (marked) {
			write((byte) '\'');
		}
		for (int i = 0; i < count; i++) {
			if (this.keyBytes[i] == '"') {
				write((byte) '"');
			}
			write(this.keyBytes[i]);
		}
		if (quoted) {
			write((byte) '"');
		}
		return this;
	}

	/**
	 * Writes a key as the value of a Prometheus label, with its quotes.
	 * @param key the key
	 * @return this object
	 * @throws IOException if it can't be sent
	 */
	public TextReply labelValue(SeriesKey key) throws IOException {
		int count = copy(key);
		write((byte) '"');
		for (int i = 0; i < count; i++) {
			byte next = this.keyBytes[i];
			if (next == '\n') {
				ascii("\\n");
				continue;
			}
			if (next == '"' || next == '\\') {
				write((byte) '\\');
			}
			write(next);
		}
		write((byte) '"');
		return this;
	}

	/**
	 * Sends the content of the buffer.
	 * @throws IOException if it can't be sent
	 */
	void flush() throws IOException {
		int count = this.length;
		this.length = 0;
		if (count > 0) {
			this.rate.start();
			this.target.write(this.buffer, 0, count);
			this.rate.stop(count);
		}
	}

	private int copy(SeriesKey key) {
		if (key.length() > this.keyBytes.length) {
			this.keyBytes = new byte[key.length()];
		}
		return key.copyTo(this.keyBytes, 0);
	}

	private int copy(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (bytes.length > this.keyBytes.length) {
			this.keyBytes = bytes;
		}
		else {
			System.arraycopy(bytes, 0, this.keyBytes, 0, bytes.length);
		}
		return bytes.length;
	}

	private void write(byte next) throws IOException {
		ensure(1);
		this.buffer[this.length++] = next;
	}

	private void ensure(int count) throws IOException {
		if (this.length + count > BUFFER_BYTES) {
			flush();
		}
	}

}

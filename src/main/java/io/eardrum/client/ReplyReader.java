package io.eardrum.client;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketTimeoutException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.PrintableText;
import io.eardrum.protocol.number.NumberReader;
import io.eardrum.protocol.number.Utf8;

/**
 * Reads replies from a stream, in whatever pieces they arrive. It trusts nothing: what
 * isn't a reply, byte by byte, is malformed. The longest line bounds its memory.
 * <p>
 * Not safe for use by several threads at once.
 */
final class ReplyReader {

	private static final int BUFFER_LENGTH = 64 * 1024;

	/** Far more than a server allows for a key, and therefore for a row. */
	private static final int MAX_LINE_LENGTH = 1024 * 1024;

	private static final int MAX_ERROR_LINES = 16;

	/** How many characters of the server's text a message has at most. */
	private static final int MAX_SHOWN = 500;

	private static final int MAX_SHOWN_OF_A_LINE = 100;

	private static final byte[] OK = "ok\n\n".getBytes(StandardCharsets.US_ASCII);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final int OK_BITS = (int) INT.get(OK, 0);

	private final InputStream input;

	private final WaitLimit limit;

	private final Duration timeout;

	/** Whether rows are being read, which give a reply more time. */
	private boolean inRows;

	/** Whether a line has come on this connection. */
	private boolean answered;

	private final NumberReader numbers = new NumberReader();

	private byte[] buffer = new byte[BUFFER_LENGTH];

	/** Where the unread bytes start and end. */
	private int start;

	private int end;

	/** The line that was read last, without its end. */
	private int lineStart;

	private int lineEnd;

	/**
	 * Prepares to read.
	 * @param input where the replies come from
	 * @param limit limits how long a read from there waits
	 * @param timeout how long a reply without rows may take
	 */
	ReplyReader(InputStream input, WaitLimit limit, Duration timeout) {
		this.input = input;
		this.limit = limit;
		this.timeout = timeout;
	}

	/**
	 * Reads the reply to a put.
	 * @return {@code null} for {@code ok}, otherwise the error
	 * @throws MetricClientException if no reply arrives, or what arrives isn't one
	 */
	@Nullable MetricClientException readAcknowledgement() {
		if (skipOk()) {
			return null;
		}
		MetricClientException error = readStatus();
		if (error == null && nextLine()) {
			throw malformed("the reply to a put has a row");
		}
		return error;
	}

	/**
	 * Skips an {@code ok} without rows that has arrived already.
	 * @return whether there was one
	 */
	boolean skipOk() {
		if (this.end - this.start >= OK.length && (int) INT.get(this.buffer, this.start) == OK_BITS) {
			this.start += OK.length;
			return true;
		}
		return false;
	}

	/**
	 * Reads the reply to a get.
	 * @param expected the only key that may occur, or {@code null} for any
	 * @param consumer receives the points
	 * @return how many points there were
	 * @throws MetricClientException if the server answers with an error, if no reply
	 * arrives, or if what arrives isn't one
	 */
	long readRows(@Nullable SeriesKey expected, RowConsumer consumer) {
		MetricClientException error = readStatus();
		if (error != null) {
			throw error;
		}
		// Some of them may have arrived with the status.
		this.limit.earn(this.end - this.start);
		this.inRows = true;
		long rows = 0;
		SeriesKey key = expected;
		while (nextLine()) {
			byte[] bytes = this.buffer;
			int keyEnd = this.lineStart;
			while (keyEnd < this.lineEnd && bytes[keyEnd] != ' ') {
				keyEnd++;
			}
			int keyLength = keyEnd - this.lineStart;
			int valueEnd = this.numbers.readValue(bytes, Math.min(keyEnd + 1, this.lineEnd), this.lineEnd);
			if (keyLength == 0 || valueEnd < 0 || valueEnd == this.lineEnd || bytes[valueEnd] != ' '
					|| this.numbers.readTimestamp(bytes, valueEnd + 1, this.lineEnd) != this.lineEnd) {
				throw malformed("a row is '" + line() + "', not a key, a value and a timestamp");
			}
			if (key == null || !key.matches(bytes, this.lineStart, keyLength)) {
				key = key(keyLength, expected);
			}
			consumer.accept(key, this.numbers.timestamp(), this.numbers.value());
			rows++;
		}
		return rows;
	}

	/**
	 * Reads the reply to a command that lists keys.
	 * @param consumer receives the keys
	 * @return how many there were
	 * @throws MetricClientException if the server answers with an error, if no reply
	 * arrives, or if what arrives isn't one
	 */
	long readKeys(Consumer<SeriesKey> consumer) {
		MetricClientException error = readStatus();
		if (error != null) {
			throw error;
		}
		this.limit.earn(this.end - this.start);
		this.inRows = true;
		long rows = 0;
		while (nextLine()) {
			consumer.accept(key(this.lineEnd - this.lineStart, null));
			rows++;
		}
		return rows;
	}

	/**
	 * Checks that nothing follows the reply that was read last, because it would be taken
	 * for the reply to the next command.
	 * @throws MetricClientException if something has arrived already
	 */
	void requireNoMore() {
		if (this.end > this.start) {
			throw malformed("the server sent more than one reply to a command");
		}
	}

	private SeriesKey key(int length, @Nullable SeriesKey expected) {
		if (expected != null) {
			throw malformed("a row has another key than '" + PrintableText.of(expected.toString(), MAX_SHOWN_OF_A_LINE)
					+ "': '" + line() + "'");
		}
		if (hasControlCharacter(this.lineStart, this.lineStart + length)) {
			throw malformed("the key of the row '" + line() + "' has a control character");
		}
		if (!Utf8.isWellFormed(this.buffer, this.lineStart, this.lineStart + length)) {
			throw malformed("the row '" + line() + "' is not UTF-8");
		}
		return SeriesKey.of(this.buffer, this.lineStart, length);
	}

	// No server has such keys, and a terminal would interpret the characters.
	private boolean hasControlCharacter(int from, int to) {
		for (int i = from; i < to; i++) {
			byte current = this.buffer[i];
			if ((current >= 0 && current < ' ') || current == 0x7F) {
				return true;
			}
		}
		return false;
	}

	// Reads the status line, and if it says error, the rest of the reply.
	private @Nullable MetricClientException readStatus() {
		this.limit.begin(this.timeout);
		this.inRows = false;
		nextLine();
		this.answered = true;
		String status = line();
		if (status.equals("ok")) {
			return null;
		}
		if (!status.equals("error")) {
			throw malformed("a reply starts with '" + status + "'"
					+ (status.startsWith("HTTP/") ? "; this is an HTTP port, and not the one for metrics" : ""));
		}
		StringBuilder text = new StringBuilder();
		for (int lines = 0; nextLine(); lines++) {
			if (lines == MAX_ERROR_LINES) {
				throw malformed("an error has more than " + MAX_ERROR_LINES + " lines");
			}
			if (text.length() <= MAX_SHOWN) {
				text.append(text.isEmpty() ? "" : " ").append(text(MAX_SHOWN));
			}
		}
		return error(PrintableText.of(text.toString(), MAX_SHOWN));
	}

	private static MetricClientException error(String text) {
		MetricClientException.Reason reason = switch (text) {
			case "wrong command" -> MetricClientException.Reason.WRONG_COMMAND;
			case "storage unavailable" -> MetricClientException.Reason.STORAGE_UNAVAILABLE;
			case "too many series" -> MetricClientException.Reason.TOO_MANY_SERIES;
			case "timestamp too far in the future" -> MetricClientException.Reason.TIMESTAMP_IN_FUTURE;
			case "too many connections" -> MetricClientException.Reason.TOO_MANY_CONNECTIONS;
			default -> MetricClientException.Reason.OTHER_ERROR;
		};
		return new MetricClientException(reason, "the server says: " + (text.isEmpty() ? "error" : text));
	}

	// Reads a line, and returns whether there is anything on it.
	private boolean nextLine() {
		int searched = this.start;
		while (true) {
			for (int i = searched; i < this.end; i++) {
				if (this.buffer[i] == '\n') {
					this.lineStart = this.start;
					this.lineEnd = i;
					this.start = i + 1;
					return this.lineEnd > this.lineStart;
				}
			}
			int unread = this.end - this.start;
			fill();
			searched = this.start + unread;
		}
	}

	private void fill() {
		if (this.start > 0) {
			System.arraycopy(this.buffer, this.start, this.buffer, 0, this.end - this.start);
			this.end -= this.start;
			this.start = 0;
		}
		if (this.end == this.buffer.length) {
			if (this.end >= MAX_LINE_LENGTH) {
				throw malformed("a line has more than " + MAX_LINE_LENGTH + " bytes");
			}
			this.buffer = Arrays.copyOf(this.buffer, this.buffer.length * 2);
		}
		try {
			int count = this.input.read(this.buffer, this.end, this.buffer.length - this.end);
			if (count < 0) {
				throw new MetricClientException(MetricClientException.Reason.CLOSED, this.answered
						? "the server closed the connection before the end of a reply"
						: "the server closed the connection before the end of its first reply; is this the port for metrics?");
			}
			this.end += count;
			if (this.inRows) {
				this.limit.earn(count);
			}
		}
		catch (SocketTimeoutException ex) {
			throw new MetricClientException(MetricClientException.Reason.TIMEOUT,
					"no reply, or too little of one, within the timeout of " + this.timeout.toMillis() + " ms", ex);
		}
		catch (IOException ex) {
			String reason = (ex.getMessage() != null) ? PrintableText.of(ex.getMessage(), MAX_SHOWN)
					: "no reason known";
			throw new MetricClientException(MetricClientException.Reason.CLOSED, "the connection broke: " + reason, ex);
		}
	}

	private String line() {
		int length = this.lineEnd - this.lineStart;
		String text = text(MAX_SHOWN_OF_A_LINE);
		return (length > MAX_SHOWN_OF_A_LINE) ? String.format(Locale.ROOT, "%s (%d bytes)", text, length) : text;
	}

	// Returns the line without anything that a terminal would interpret. A character has
	// up to four bytes.
	private String text(int maxLength) {
		int length = Math.min(this.lineEnd - this.lineStart, 4 * maxLength + 4);
		return PrintableText.of(new String(this.buffer, this.lineStart, length, StandardCharsets.UTF_8), maxLength);
	}

	private static MetricClientException malformed(String message) {
		return new MetricClientException(MetricClientException.Reason.MALFORMED_REPLY, message);
	}

}

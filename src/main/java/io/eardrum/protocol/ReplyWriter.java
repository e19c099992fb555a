package io.eardrum.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.protocol.number.NumberWriter;

/**
 * Writes replies into a buffer, and from there to a stream. Replies that fit into the
 * buffer leave in one write, when {@link #flush()} is called; only a longer reply leaves
 * in pieces. It allocates nothing once its buffer has grown.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class ReplyWriter {

	/**
	 * The length up to which replies are held back, and the size of the pieces of longer
	 * ones, in bytes.
	 */
	public static final int MAX_BUFFER_LENGTH = 64 * 1024;

	private static final int INITIAL_BUFFER_LENGTH = 4 * 1024;

	private static final byte[] OK = ascii("ok\n\n");

	private static final byte[] OK_AND_ROWS = ascii("ok\n");

	private static final byte[] WRONG_COMMAND = ascii("error\nwrong command\n\n");

	private static final byte[] STORAGE_UNAVAILABLE = ascii("error\nstorage unavailable\n\n");

	private static final byte[] TOO_MANY_CONNECTIONS = ascii("error\ntoo many connections\n\n");

	private static final byte[] TOO_MANY_SERIES = ascii("error\ntoo many series\n\n");

	private static final byte[] TIMESTAMP_IN_FUTURE = ascii("error\ntimestamp too far in the future\n\n");

	private static final byte[] TLS_EXPECTED = ascii("error\nTLS expected\n\n");

	private static final int MAX_NUMBERS_LENGTH = NumberWriter.MAX_VALUE_LENGTH + NumberWriter.MAX_TIMESTAMP_LENGTH + 3;

	private byte[] buffer;

	private int length;

	private final int maxLength;

	/** Whether replies never leave, but are {@linkplain #copy copied}. */
	private final boolean keeping;

	private OutputStream target;

	private long flushes;

	/**
	 * Creates a writer whose replies leave when there are too many of them.
	 * @param target where they go
	 */
	public ReplyWriter(OutputStream target) {
		this(target, MAX_BUFFER_LENGTH, false);
	}

	private ReplyWriter(OutputStream target, int maxLength, boolean keeping) {
		this.target = target;
		this.maxLength = maxLength;
		this.buffer = new byte[Math.min(INITIAL_BUFFER_LENGTH, maxLength)];
		this.keeping = keeping;
	}

	/**
	 * Creates a writer whose replies stay in its buffer, to be {@linkplain #copy copied}
	 * later.
	 * @param maxLength how long they may be together, in bytes; a method that would write
	 * more throws a {@link FullException}
	 * @return the writer
	 */
	public static ReplyWriter keeping(int maxLength) {
		return new ReplyWriter(OutputStream.nullOutputStream(), maxLength, true);
	}

	/**
	 * Returns the whole reply to a client that is turned away.
	 * @return the bytes, a new array
	 */
	public static byte[] tooManyConnections() {
		return TOO_MANY_CONNECTIONS.clone();
	}

	/**
	 * Returns the whole reply to a client that does not use TLS where it is expected.
	 * @return the bytes, a new array
	 */
	public static byte[] tlsExpected() {
		return TLS_EXPECTED.clone();
	}

	/**
	 * Directs the following replies to another stream, and drops what has not been
	 * flushed.
	 * @param target the stream
	 */
	public void reset(OutputStream target) {
		this.target = target;
		this.length = 0;
	}

	/**
	 * Drops the last of the replies that have not been flushed.
	 * @param newLength how long those before them are, in bytes
	 */
	public void cut(int newLength) {
		this.length = newLength;
	}

	/**
	 * Writes the reply to any number of puts.
	 * @param count how many there were
	 * @throws IOException if the stream throws it
	 */
	public void ok(int count) throws IOException {
		repeat(OK, count);
	}

	/**
	 * Writes the reply to any number of wrong commands.
	 * @param count how many there were
	 * @throws IOException if the stream throws it
	 */
	public void wrongCommand(int count) throws IOException {
		repeat(WRONG_COMMAND, count);
	}

	/**
	 * Writes the reply to any number of puts whose series have no room.
	 * @param count how many there were
	 * @throws IOException if the stream throws it
	 */
	public void tooManySeries(int count) throws IOException {
		repeat(TOO_MANY_SERIES, count);
	}

	/**
	 * Writes the reply to any number of puts whose timestamps are too far ahead.
	 * @param count how many there were
	 * @throws IOException if the stream throws it
	 */
	public void timestampInFuture(int count) throws IOException {
		repeat(TIMESTAMP_IN_FUTURE, count);
	}

	/**
	 * Writes the reply to any number of commands that the store could not serve.
	 * @param count how many there were
	 * @throws IOException if the stream throws it
	 */
	public void storageUnavailable(int count) throws IOException {
		repeat(STORAGE_UNAVAILABLE, count);
	}

	/**
	 * Opens a reply with rows.
	 * @return a mark to which this writer can roll back
	 * @throws IOException if the stream throws it
	 */
	public long beginRows() throws IOException {
		ensure(OK_AND_ROWS.length);
		long mark = (this.flushes << Integer.SIZE) | this.length;
		append(OK_AND_ROWS);
		return mark;
	}

	/**
	 * Takes back what has been written since a mark, if none of it has been flushed.
	 * @param mark the mark
	 * @return whether it was taken back
	 */
	public boolean rollBack(long mark) {
		if (mark >>> Integer.SIZE != this.flushes) {
			return false;
		}
		this.length = (int) mark;
		return true;
	}

	/**
	 * Writes rows.
	 * @param key the key of their series
	 * @param timestamps holds the timestamps
	 * @param values holds the values, at the same indexes
	 * @param from the index of the first point
	 * @param to the index after the last one
	 * @throws IOException if the stream throws it
	 */
	public void rows(SeriesKey key, long[] timestamps, double[] values, int from, int to) throws IOException {
		int rowLength = key.length() + MAX_NUMBERS_LENGTH;
		for (int i = from; i < to; i++) {
			ensure(rowLength);
			appendRow(key, timestamps[i], values[i]);
		}
	}

	private void appendRow(SeriesKey key, long timestamp, double value) {
		byte[] bytes = this.buffer;
		int position = key.copyTo(bytes, this.length);
		bytes[position++] = ' ';
		position = NumberWriter.writeValue(value, bytes, position);
		bytes[position++] = ' ';
		position = NumberWriter.writeTimestamp(timestamp, bytes, position);
		bytes[position++] = '\n';
		this.length = position;
	}

	/**
	 * Writes a row that is only a key.
	 * @param key the key
	 * @throws IOException if the stream throws it
	 */
	public void key(SeriesKey key) throws IOException {
		ensure(key.length() + 1);
		int position = key.copyTo(this.buffer, this.length);
		this.buffer[position] = '\n';
		this.length = position + 1;
	}

	/**
	 * Writes a row with one point.
	 * @param key the key of its series
	 * @param point the point
	 * @throws IOException if the stream throws it
	 */
	public void row(SeriesKey key, Point point) throws IOException {
		ensure(key.length() + MAX_NUMBERS_LENGTH);
		appendRow(key, point.timestamp(), point.value());
	}

	/**
	 * Writes lines of text, as rows.
	 * @param lines the lines, each with its LF, shorter in total than the buffer may be
	 * @throws IOException if the stream throws it
	 */
	public void lines(byte[] lines) throws IOException {
		ensure(lines.length);
		append(lines);
	}

	/**
	 * Closes a reply with rows.
	 * @throws IOException if the stream throws it
	 */
	public void endRows() throws IOException {
		ensure(1);
		this.buffer[this.length++] = '\n';
	}

	/**
	 * Writes replies that another writer has in its buffer.
	 * @param source the other writer, which keeps them
	 * @param from where they begin, in bytes
	 * @param to where they end
	 * @throws IOException if the stream throws it
	 */
	public void copy(ReplyWriter source, int from, int to) throws IOException {
		ensure(to - from);
		System.arraycopy(source.buffer, from, this.buffer, this.length, to - from);
		this.length += to - from;
	}

	/**
	 * Returns how long the replies are that have not been flushed.
	 * @return the length in bytes
	 */
	public int length() {
		return this.length;
	}

	/**
	 * Sends what is in the buffer, in one write.
	 * @throws IOException if the stream throws it
	 */
	public void flush() throws IOException {
		if (this.length > 0) {
			int count = this.length;
			this.length = 0;
			this.flushes = (this.flushes + 1) & Integer.MAX_VALUE;
			this.target.write(this.buffer, 0, count);
		}
	}

	private void repeat(byte[] reply, int count) throws IOException {
		for (int i = 0; i < count; i++) {
			ensure(reply.length);
			append(reply);
		}
	}

	private void append(byte[] reply) {
		System.arraycopy(reply, 0, this.buffer, this.length, reply.length);
		this.length += reply.length;
	}

	private void ensure(int count) throws IOException {
		int needed = this.length + count;
		if (needed <= this.buffer.length) {
			return;
		}
		if (needed > this.maxLength) {
			if (this.keeping) {
				throw new FullException();
			}
			flush();
			needed = count;
		}
		if (needed > this.buffer.length) {
			// A key may be longer than the limit of this buffer, and a row is never cut.
			int doubled = Math.min(this.buffer.length * 2, this.maxLength);
			this.buffer = Arrays.copyOf(this.buffer, Math.max(needed, doubled));
		}
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Replies have no room in a writer that keeps them. It has written a part of the last
	 * one, which has to be {@linkplain ReplyWriter#cut cut off}.
	 */
	public static final class FullException extends IOException {

		FullException() {
			super("the replies are longer than what is kept");
		}

	}

}

package io.eardrum.protocol;

import java.io.IOException;
import java.time.Clock;

import io.eardrum.protocol.number.NumberReader;
import io.eardrum.protocol.number.Utf8;

/**
 * Reads lines of Graphite's plaintext protocol, {@code key value timestamp}, and passes
 * each to a {@link CommandHandler} as a put. It allocates nothing.
 * <p>
 * Keys and values are those of the {@link CommandParser}. A timestamp is in seconds. Its
 * fraction is cut off, as carbon does, and -1 means now. Empty lines are ignored and are
 * not an error. A byte order mark before the first line of a stream is skipped. Before a
 * datagram, the receiver {@linkplain #byteOrderMarkLength has to skip it}, because only
 * the receiver knows where a datagram begins.
 * <p>
 * A request line of HTTP ends a stream here as well, even one that is too long, and so
 * does a host header. Neither can be a point, and a web page must not be able to make a
 * browser write points after them. In datagrams, which a browser can't be made to send,
 * they are wrong lines like any others.
 * <p>
 * Implementation note: a line as most clients write it (one space between the words, an
 * ASCII key) is read in a single pass over its bytes. A line that this pass does not
 * accept, right or wrong, is read again word by word, which also finds out what is wrong
 * with it.
 */
public final class PlaintextParser implements LineParser {

	/** One more than a line has, so that a line with too many words is recognised. */
	private static final int MAX_WORDS = 4;

	private static final long NOW = -1;

	private final ProtocolLimits limits;

	private final Clock clock;

	private final boolean guarded;

	private final NumberReader numbers = new NumberReader();

	private final LineWords words;

	private final PlaintextTimestamp timestamp = new PlaintextTimestamp();

	/** Whether nothing of a stream has been read yet. */
	private boolean atStart;

	private PlaintextParser(ProtocolLimits limits, Clock clock, boolean guarded) {
		this.limits = limits;
		this.clock = clock;
		this.guarded = guarded;
		this.atStart = guarded;
		this.words = new LineWords(MAX_WORDS, limits.maxKeyLength());
	}

	/**
	 * Creates the parser of a connection.
	 * @param limits how long a line and a key may be
	 * @param clock the clock for timestamps that mean now
	 * @return the parser
	 */
	public static PlaintextParser ofStream(ProtocolLimits limits, Clock clock) {
		return new PlaintextParser(limits, clock, true);
	}

	/**
	 * Creates a parser of datagrams, each of which ends in a line end. Its sessions
	 * always go on.
	 * @param limits how long a line and a key may be
	 * @param clock the clock for timestamps that mean now
	 * @return the parser
	 */
	public static PlaintextParser ofDatagrams(ProtocolLimits limits, Clock clock) {
		return new PlaintextParser(limits, clock, false);
	}

	/**
	 * Returns the length of the byte order mark at the start of a text. Some programs put
	 * one there, and it is not part of a key.
	 * @param source the array that holds the text
	 * @param from where it starts
	 * @param to the offset after it
	 * @return the number of bytes: 3, or 0 if there is no mark
	 */
	public static int byteOrderMarkLength(byte[] source, int from, int to) {
		boolean marked = to - from >= 3 && source[from] == (byte) 0xEF && source[from + 1] == (byte) 0xBB
				&& source[from + 2] == (byte) 0xBF;
		return marked ? 3 : 0;
	}

	@Override
	public int read(byte[] source, int from, int to, CommandHandler handler) throws IOException {
		try {
			return readLines(source, from, to, handler);
		}
		finally {
			this.words.clear();
		}
	}

	private int readLines(byte[] source, int from, int to, CommandHandler handler) throws IOException {
		int line = from;
		if (this.atStart && from < to) {
			this.atStart = false;
			line += byteOrderMarkLength(source, from, to);
		}
		while (line < to) {
			int next = plainPoint(source, line, to, handler);
			if (next < 0) {
				next = line;
				while (source[next] != '\n') {
					next++;
				}
				if (!line(source, line, next, handler)) {
					return SESSION_ENDED;
				}
				next++;
				if (handler.pauses()) {
					return next;
				}
			}
			line = next;
		}
		return line;
	}

	@Override
	public void cutLine(CommandHandler handler) throws IOException {
		handler.wrong(Command.PUT, ErrorReason.CUT_LINE);
	}

	// Reads a line in its usual form. Returns the offset after it, or -1 if it is
	// anything else. The line end at the end of the source stops every scan.
	private int plainPoint(byte[] source, int line, int to, CommandHandler handler) throws IOException {
		int keyEnd = line;
		while (LineWords.isPlainKeyByte(source[keyEnd])) {
			keyEnd++;
		}
		int keyLength = keyEnd - line;
		if (source[keyEnd] != ' ' || !this.words.isAllowedKey(source, line, keyLength)) {
			return -1;
		}
		int valueEnd = this.numbers.readValue(source, keyEnd + 1, to);
		if (valueEnd < 0 || source[valueEnd] != ' ') {
			return -1;
		}
		int timestampEnd = this.numbers.readTimestamp(source, valueEnd + 1, to);
		if (timestampEnd < 0) {
			return -1;
		}
		if (source[timestampEnd] == '.') {
			timestampEnd = skipDigits(source, timestampEnd + 1);
		}
		if (timestampEnd - line > this.limits.maxLineLength()) {
			return -1;
		}
		int lineEnd = (source[timestampEnd] == '\r') ? timestampEnd + 1 : timestampEnd;
		if (source[lineEnd] != '\n') {
			return -1;
		}
		handler.put(source, line, keyLength, orNow(this.numbers.timestamp()), this.numbers.value());
		return lineEnd + 1;
	}

	private static int skipDigits(byte[] source, int from) {
		int position = from;
		while (source[position] >= '0' && source[position] <= '9') {
			position++;
		}
		return position;
	}

	// Reads any line; {@code end} is the offset of its LF. Returns whether the session
	// goes on.
	private boolean line(byte[] source, int line, int end, CommandHandler handler) throws IOException {
		int to = (end > line && source[end - 1] == '\r') ? end - 1 : end;
		boolean tooLong = to - line > this.limits.maxLineLength();
		// If a line is too long, the source may hold only as much of it as shows that it
		// is.
		int count = this.words.split(source, line, tooLong ? line + this.limits.maxLineLength() : to);
		if (this.guarded && isHttp(source, tooLong)) {
			handler.wrong(Command.PUT, ErrorReason.HTTP);
			return false;
		}
		if (tooLong) {
			handler.wrong(Command.PUT, ErrorReason.LINE_TOO_LONG);
			return true;
		}
		if (count == 0) {
			return true;
		}
		if (!Utf8.isWellFormed(source, line, to)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_ENCODING);
		}
		else if (count != 3) {
			handler.wrong(Command.PUT, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!this.words.isKey(0)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_KEY);
		}
		else {
			point(source, handler);
		}
		return true;
	}

	private boolean isHttp(byte[] source, boolean tooLong) {
		return HttpGuard.isRequestLine(source, this.words) || HttpGuard.isHostHeader(source, this.words)
				|| (tooLong && HttpGuard.isLongRequestLine(source, this.words));
	}

	private void point(byte[] source, CommandHandler handler) throws IOException {
		if (this.numbers.readValue(source, this.words.start(1), this.words.end(1)) != this.words.end(1)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_VALUE);
			return;
		}
		double value = this.numbers.value();
		if (!this.timestamp.read(source, this.words.start(2), this.words.end(2))) {
			handler.wrong(Command.PUT, ErrorReason.BAD_TIMESTAMP);
			return;
		}
		handler.put(source, this.words.start(0), this.words.length(0), orNow(this.timestamp.seconds()), value);
	}

	private long orNow(long seconds) {
		return (seconds == NOW) ? Math.floorDiv(this.clock.millis(), 1000L) : seconds;
	}

}

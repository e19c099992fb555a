package io.eardrum.protocol;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import io.eardrum.protocol.number.NumberReader;
import io.eardrum.protocol.number.Utf8;

/**
 * Reads the commands of one session, line by line, and passes each to a
 * {@link CommandHandler}. It allocates nothing, but for the text of {@code help}.
 * <p>
 * Each session has its own, which is not safe for use by several threads at once. It
 * remembers whether the previous line was a command, because an empty line directly after
 * a command only ends it.
 * <p>
 * Implementation note: a {@code put} as every client writes it (one space between the
 * words, an ASCII key) is read in a single pass over its bytes. A line that this pass
 * does not accept, right or wrong, is read again word by word, which also finds out what
 * is wrong with it.
 */
public final class CommandParser implements LineParser {

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final int PUT_AND_BLANK = 'p' << 24 | 'u' << 16 | 't' << 8 | ' ';

	/** The shortest put is {@code put k 1 1} and its line end. */
	private static final int SHORTEST_PUT = 10;

	/**
	 * One more than the longest command has, so that a line with too many words is
	 * recognised.
	 */
	private static final int MAX_WORDS = 5;

	private final ProtocolLimits limits;

	private final NumberReader numbers = new NumberReader();

	private final LineWords words;

	private final FurtherCommands further;

	private boolean afterCommand;

	/**
	 * Creates a parser that knows {@code put} and {@code get}.
	 * @param limits the limits of lines and keys
	 */
	public CommandParser(ProtocolLimits limits) {
		this(limits, FurtherWords.NONE);
	}

	/**
	 * Creates a parser.
	 * @param limits the limits of lines and keys
	 * @param further the words that it knows besides {@code put} and {@code get}
	 */
	public CommandParser(ProtocolLimits limits, FurtherWords further) {
		this.limits = limits;
		this.words = new LineWords(MAX_WORDS, limits.maxKeyLength());
		this.further = new FurtherCommands(further, this.words, this.numbers);
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
		while (line < to) {
			int next = plainPut(source, line, to, handler);
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
		handler.wrong(Command.UNKNOWN, ErrorReason.CUT_LINE);
	}

	// Reads a put in its usual form. Returns the offset after its line, or -1 if the line
	// is anything else. The line end at the end of the source stops every scan.
	private int plainPut(byte[] source, int line, int to, CommandHandler handler) throws IOException {
		if (to - line < SHORTEST_PUT || (int) INT.get(source, line) != PUT_AND_BLANK) {
			return -1;
		}
		int keyStart = line + 4;
		int keyEnd = keyStart;
		while (LineWords.isPlainKeyByte(source[keyEnd])) {
			keyEnd++;
		}
		int keyLength = keyEnd - keyStart;
		if (source[keyEnd] != ' ' || !this.words.isAllowedKey(source, keyStart, keyLength)) {
			return -1;
		}
		int valueEnd = this.numbers.readValue(source, keyEnd + 1, to);
		if (valueEnd < 0 || source[valueEnd] != ' ') {
			return -1;
		}
		int timestampEnd = this.numbers.readTimestamp(source, valueEnd + 1, to);
		if (timestampEnd < 0 || timestampEnd - line > this.limits.maxLineLength()) {
			return -1;
		}
		int lineEnd = (source[timestampEnd] == '\r') ? timestampEnd + 1 : timestampEnd;
		if (source[lineEnd] != '\n') {
			return -1;
		}
		handler.put(source, keyStart, keyLength, this.numbers.timestamp(), this.numbers.value());
		this.afterCommand = true;
		return lineEnd + 1;
	}

	// Reads any line; {@code end} is the offset of its LF.
	private boolean line(byte[] source, int line, int end, CommandHandler handler) throws IOException {
		int to = (end > line && source[end - 1] == '\r') ? end - 1 : end;
		boolean tooLong = to - line > this.limits.maxLineLength();
		// If a line is too long, the source may hold only as much of it as shows that it
		// is.
		int count = this.words.split(source, line, tooLong ? line + this.limits.maxLineLength() : to);
		if (count == 0 && !tooLong) {
			if (!this.afterCommand) {
				handler.wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
			}
			this.afterCommand = false;
			return true;
		}
		this.afterCommand = true;
		if (isHttp(source, tooLong)) {
			handler.wrong(Command.UNKNOWN, ErrorReason.HTTP);
			return false;
		}
		if (tooLong) {
			handler.wrong(Command.UNKNOWN, ErrorReason.LINE_TOO_LONG);
		}
		else if (!Utf8.isWellFormed(source, line, to)) {
			handler.wrong(Command.UNKNOWN, ErrorReason.BAD_ENCODING);
		}
		else if (this.words.is(0, "put")) {
			put(source, handler);
		}
		else if (this.words.is(0, "get")) {
			get(source, handler);
		}
		else {
			return this.further.read(source, handler);
		}
		return true;
	}

	private boolean isHttp(byte[] source, boolean tooLong) {
		return HttpGuard.isHttp(source, this.words) || (tooLong && HttpGuard.isLongRequestLine(source, this.words));
	}

	private void put(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() != 4) {
			handler.wrong(Command.PUT, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!this.words.isKey(1)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_KEY);
		}
		else if (this.numbers.readValue(source, this.words.start(2), this.words.end(2)) != this.words.end(2)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_VALUE);
		}
		else if (this.numbers.readTimestamp(source, this.words.start(3), this.words.end(3)) != this.words.end(3)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_TIMESTAMP);
		}
		else {
			handler.put(source, this.words.start(1), this.words.length(1), this.numbers.timestamp(),
					this.numbers.value());
		}
	}

	private void get(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() != 2) {
			handler.wrong(Command.GET, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (this.words.is(1, "*")) {
			handler.getAll();
		}
		else if (!this.words.isKey(1)) {
			handler.wrong(Command.GET, ErrorReason.BAD_KEY);
		}
		else {
			handler.get(source, this.words.start(1), this.words.length(1));
		}
	}

}

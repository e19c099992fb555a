package io.eardrum.protocol;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the commands of one session, line by line, and passes each to a
 * {@link CommandHandler}. It allocates nothing.
 * <p>
 * One a session, and not safe for use by several threads at once: it remembers whether
 * the line before was a command, because an empty line directly behind one only ends it.
 * <p>
 * Implementation note: a {@code put} as every client writes it (one space between the
 * words, an ASCII key) is read in a single pass over its bytes. Whatever that pass does
 * not take, right or wrong, is read again word by word, which also finds out what is
 * wrong with it.
 */
public final class CommandParser {

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final int PUT_AND_BLANK = 'p' << 24 | 'u' << 16 | 't' << 8 | ' ';

	/** The shortest put is {@code put k 1 1} and its line end. */
	private static final int SHORTEST_PUT = 10;

	/** One more than the longest command has, so that too many can be told. */
	private static final int MAX_WORDS = 5;

	private final ProtocolLimits limits;

	private final NumberReader numbers = new NumberReader();

	private final int[] wordStarts = new int[MAX_WORDS];

	private final int[] wordEnds = new int[MAX_WORDS];

	private boolean afterCommand;

	public CommandParser(ProtocolLimits limits) {
		this.limits = limits;
	}

	/**
	 * Reads complete lines.
	 * @param source the array in which they stand
	 * @param from where the first line starts
	 * @param to the offset behind the line end of the last one
	 * @param handler takes the commands
	 * @return whether the session goes on: {@code false} behind a line of an HTTP
	 * request, and then nothing behind that line has been read
	 * @throws IOException if the handler throws it
	 */
	public boolean parse(byte[] source, int from, int to, CommandHandler handler) throws IOException {
		int line = from;
		while (line < to) {
			int next = plainPut(source, line, to, handler);
			if (next < 0) {
				next = line;
				while (source[next] != '\n') {
					next++;
				}
				if (!line(source, line, next, handler)) {
					return false;
				}
				next++;
			}
			line = next;
		}
		return true;
	}

	/**
	 * Takes note of bytes behind which the client closed its side, and no line end: they
	 * are never executed, because what they lack can't be known.
	 * @param handler takes the wrong command
	 * @throws IOException if the handler throws it
	 */
	public void cutLine(CommandHandler handler) throws IOException {
		handler.wrong(Command.UNKNOWN, ErrorReason.CUT_LINE);
	}

	// Reads a put in its usual form: the offset behind its line, or -1 if the line is
	// anything else. The line end at the end of the source stops every scan.
	private int plainPut(byte[] source, int line, int to, CommandHandler handler) throws IOException {
		if (to - line < SHORTEST_PUT || (int) INT.get(source, line) != PUT_AND_BLANK) {
			return -1;
		}
		int keyStart = line + 4;
		int keyEnd = keyStart;
		while (isPlainKeyByte(source[keyEnd])) {
			keyEnd++;
		}
		int keyLength = keyEnd - keyStart;
		if (source[keyEnd] != ' ' || !isAllowedKey(source, keyStart, keyLength)) {
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
		if (lineEnd >= to || source[lineEnd] != '\n') {
			return -1;
		}
		handler.put(source, keyStart, keyLength, this.numbers.timestamp(), this.numbers.value());
		this.afterCommand = true;
		return lineEnd + 1;
	}

	// Printable ASCII; what isn't, the general way looks into.
	private static boolean isPlainKeyByte(byte value) {
		return value > ' ' && value != 0x7F;
	}

	private boolean isAllowedKey(byte[] source, int start, int length) {
		return length > 0 && length <= this.limits.maxKeyLength() && !(length == 1 && source[start] == '*');
	}

	// Reads any line; {@code end} is where its LF stands.
	private boolean line(byte[] source, int line, int end, CommandHandler handler) throws IOException {
		int to = (end > line && source[end - 1] == '\r') ? end - 1 : end;
		if (to - line > this.limits.maxLineLength()) {
			this.afterCommand = true;
			handler.wrong(Command.UNKNOWN, ErrorReason.LINE_TOO_LONG);
			return true;
		}
		int words = split(source, line, to);
		if (words == 0) {
			if (!this.afterCommand) {
				handler.wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
			}
			this.afterCommand = false;
			return true;
		}
		this.afterCommand = true;
		if (HttpGuard.isHttp(source, this.wordStarts, this.wordEnds, words)) {
			handler.wrong(Command.UNKNOWN, ErrorReason.HTTP);
			return false;
		}
		if (!Utf8.isWellFormed(source, line, to)) {
			handler.wrong(Command.UNKNOWN, ErrorReason.BAD_ENCODING);
		}
		else if (isWord(source, 0, "put")) {
			put(source, words, handler);
		}
		else if (isWord(source, 0, "get")) {
			get(source, words, handler);
		}
		else {
			handler.wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
		}
		return true;
	}

	private void put(byte[] source, int words, CommandHandler handler) throws IOException {
		if (words != 4) {
			handler.wrong(Command.PUT, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!isKey(source)) {
			handler.wrong(Command.PUT, ErrorReason.BAD_KEY);
		}
		else if (this.numbers.readValue(source, this.wordStarts[2], this.wordEnds[2]) != this.wordEnds[2]) {
			handler.wrong(Command.PUT, ErrorReason.BAD_VALUE);
		}
		else if (this.numbers.readTimestamp(source, this.wordStarts[3], this.wordEnds[3]) != this.wordEnds[3]) {
			handler.wrong(Command.PUT, ErrorReason.BAD_TIMESTAMP);
		}
		else {
			handler.put(source, this.wordStarts[1], this.wordEnds[1] - this.wordStarts[1], this.numbers.timestamp(),
					this.numbers.value());
		}
	}

	private void get(byte[] source, int words, CommandHandler handler) throws IOException {
		if (words != 2) {
			handler.wrong(Command.GET, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (isWord(source, 1, "*")) {
			handler.getAll();
		}
		else if (!isKey(source)) {
			handler.wrong(Command.GET, ErrorReason.BAD_KEY);
		}
		else {
			handler.get(source, this.wordStarts[1], this.wordEnds[1] - this.wordStarts[1]);
		}
	}

	// Tells whether the second word is a key.
	private boolean isKey(byte[] source) {
		int start = this.wordStarts[1];
		int end = this.wordEnds[1];
		for (int i = start; i < end; i++) {
			if ((source[i] >= 0 && source[i] < ' ') || source[i] == 0x7F) {
				return false;
			}
		}
		return isAllowedKey(source, start, end - start);
	}

	// Finds the words of a line; beyond the last one that matters, they only count.
	private int split(byte[] source, int from, int to) {
		int words = 0;
		int position = from;
		while (true) {
			while (position < to && isBlank(source[position])) {
				position++;
			}
			if (position == to || words == MAX_WORDS) {
				return words;
			}
			this.wordStarts[words] = position;
			while (position < to && !isBlank(source[position])) {
				position++;
			}
			this.wordEnds[words++] = position;
		}
	}

	private static boolean isBlank(byte value) {
		return value == ' ' || value == '\t';
	}

	private boolean isWord(byte[] source, int word, String expected) {
		int start = this.wordStarts[word];
		if (this.wordEnds[word] - start != expected.length()) {
			return false;
		}
		for (int i = 0; i < expected.length(); i++) {
			if (source[start + i] != expected.charAt(i)) {
				return false;
			}
		}
		return true;
	}

}

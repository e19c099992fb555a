package io.eardrum.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.eardrum.protocol.number.NumberReader;

/**
 * Reads the commands that are not {@code put} or {@code get}, for a
 * {@link CommandParser}. Used by one thread at a time.
 */
final class FurtherCommands {

	/** What {@code last} and {@code keys} do for all series. */
	private static final String EVERYTHING = "*";

	private static final String HELP = """
			put <key> <value> <timestamp>  store a point; timestamps are whole seconds since 1970
			get <key>                      the points of a series, oldest first
			get *                          the points of all series
			keys                           the keys of all series, in the order of their first put
			keys <pattern>                 the keys that match, such as web.*.cpu
			last <key>                     the newest point of a series
			last <pattern>                 the newest point of each series that matches; last * of all
			range <key> <from> <to>        the points of a series from one timestamp to another, both included
			""";

	private static final String HELP_ON_DELETE = """
			delete <key>                   delete a series
			delete <key> <from> <to>       delete its points from one timestamp to another, both included
			""";

	private static final String HELP_ON_SESSION = """
			help                           this list
			quit                           end the session
			""";

	private final FurtherWords known;

	private final LineWords words;

	private final NumberReader numbers;

	/**
	 * Creates a reader.
	 * @param known the words that are commands
	 * @param words has the words of each line
	 * @param numbers reads numbers
	 */
	FurtherCommands(FurtherWords known, LineWords words, NumberReader numbers) {
		this.known = known;
		this.words = words;
		this.numbers = numbers;
	}

	/**
	 * Reads a line that is not empty, and neither a {@code put} nor a {@code get}.
	 * @param source the array that holds it
	 * @param handler takes the command
	 * @return whether the session goes on
	 * @throws IOException if the handler throws it
	 */
	boolean read(byte[] source, CommandHandler handler) throws IOException {
		if (!this.known.enabled()) {
			handler.wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
		}
		else if (this.words.is(0, "last")) {
			last(source, handler);
		}
		else if (this.words.is(0, "range")) {
			range(source, handler);
		}
		else if (this.words.is(0, "keys")) {
			keys(source, handler);
		}
		else if (this.words.is(0, "delete") && this.known.delete()) {
			delete(source, handler);
		}
		else if (this.words.is(0, "help")) {
			help(handler);
		}
		else if (this.words.is(0, "quit")) {
			return quit(handler);
		}
		else {
			handler.wrong(Command.UNKNOWN, ErrorReason.UNKNOWN_COMMAND);
		}
		return true;
	}

	private void keys(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() > 2) {
			handler.wrong(Command.KEYS, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (this.words.count() == 1 || this.words.is(1, EVERYTHING)) {
			handler.allKeys();
		}
		else if (this.words.isPattern(1)) {
			handler.keys(source, this.words.start(1), this.words.length(1));
		}
		else if (this.words.isKey(1)) {
			handler.key(source, this.words.start(1), this.words.length(1));
		}
		else {
			handler.wrong(Command.KEYS, ErrorReason.BAD_KEY);
		}
	}

	private void last(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() != 2) {
			handler.wrong(Command.LAST, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (this.words.is(1, EVERYTHING)) {
			handler.lastOfAll();
		}
		else if (this.words.isPattern(1)) {
			handler.lastOfMatching(source, this.words.start(1), this.words.length(1));
		}
		else if (this.words.isKey(1)) {
			handler.last(source, this.words.start(1), this.words.length(1));
		}
		else {
			handler.wrong(Command.LAST, ErrorReason.BAD_KEY);
		}
	}

	private void range(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() != 4) {
			handler.wrong(Command.RANGE, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!this.words.isKey(1)) {
			handler.wrong(Command.RANGE, ErrorReason.BAD_KEY);
		}
		else if (!isTimestamp(source, 2)) {
			handler.wrong(Command.RANGE, ErrorReason.BAD_TIMESTAMP);
		}
		else {
			long from = this.numbers.timestamp();
			if (!isTimestamp(source, 3)) {
				handler.wrong(Command.RANGE, ErrorReason.BAD_TIMESTAMP);
			}
			else {
				handler.range(source, this.words.start(1), this.words.length(1), from, this.numbers.timestamp());
			}
		}
	}

	private void delete(byte[] source, CommandHandler handler) throws IOException {
		if (this.words.count() != 2 && this.words.count() != 4) {
			handler.wrong(Command.DELETE, ErrorReason.WRONG_WORD_COUNT);
		}
		else if (!this.words.isKey(1)) {
			handler.wrong(Command.DELETE, ErrorReason.BAD_KEY);
		}
		else if (this.words.count() == 2) {
			handler.delete(source, this.words.start(1), this.words.length(1), Long.MIN_VALUE, Long.MAX_VALUE);
		}
		else if (!isTimestamp(source, 2)) {
			handler.wrong(Command.DELETE, ErrorReason.BAD_TIMESTAMP);
		}
		else {
			long from = this.numbers.timestamp();
			if (!isTimestamp(source, 3)) {
				handler.wrong(Command.DELETE, ErrorReason.BAD_TIMESTAMP);
			}
			else {
				handler.delete(source, this.words.start(1), this.words.length(1), from, this.numbers.timestamp());
			}
		}
	}

	private void help(CommandHandler handler) throws IOException {
		if (this.words.count() != 1) {
			handler.wrong(Command.HELP, ErrorReason.WRONG_WORD_COUNT);
		}
		else {
			String text = HELP + (this.known.delete() ? HELP_ON_DELETE : "") + HELP_ON_SESSION;
			handler.help(text.getBytes(StandardCharsets.US_ASCII));
		}
	}

	private boolean quit(CommandHandler handler) throws IOException {
		if (this.words.count() != 1) {
			handler.wrong(Command.QUIT, ErrorReason.WRONG_WORD_COUNT);
			return true;
		}
		handler.quit();
		return false;
	}

	private boolean isTimestamp(byte[] source, int word) {
		return this.numbers.readTimestamp(source, this.words.start(word), this.words.end(word)) == this.words.end(word);
	}

}

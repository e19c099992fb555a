package io.eardrum.protocol;

import java.io.IOException;

/**
 * Takes the commands that a {@link LineParser} reads, with one call for each command, in
 * the order in which they came. The arrays are the parser's source, so a handler copies
 * what it keeps.
 */
public interface CommandHandler {

	/**
	 * Takes a {@code put}.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param timestamp the timestamp
	 * @param value the value, finite
	 * @throws IOException if the session can't go on
	 */
	void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException;

	/**
	 * Takes a {@code get} of one key.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @throws IOException if the session can't go on
	 */
	void get(byte[] source, int keyOffset, int keyLength) throws IOException;

	/**
	 * Takes a {@code get *}.
	 * @throws IOException if the session can't go on
	 */
	void getAll() throws IOException;

	/**
	 * Takes a {@code keys} of all series. The words that follow here are unknown to a
	 * handler by default.
	 * @throws IOException if the session can't go on
	 */
	default void allKeys() throws IOException {
		wrong(Command.KEYS, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code keys} of one key, which asks whether the series exists.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @throws IOException if the session can't go on
	 */
	default void key(byte[] source, int keyOffset, int keyLength) throws IOException {
		wrong(Command.KEYS, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code keys} of a pattern, which may not be well-formed.
	 * @param source the array that holds the bytes of the pattern
	 * @param offset where they start
	 * @param length how many there are
	 * @throws IOException if the session can't go on
	 */
	default void keys(byte[] source, int offset, int length) throws IOException {
		wrong(Command.KEYS, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code last} of one key.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @throws IOException if the session can't go on
	 */
	default void last(byte[] source, int keyOffset, int keyLength) throws IOException {
		wrong(Command.LAST, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code last} of a pattern, which may not be well-formed.
	 * @param source the array that holds the bytes of the pattern
	 * @param offset where they start
	 * @param length how many there are
	 * @throws IOException if the session can't go on
	 */
	default void lastOfMatching(byte[] source, int offset, int length) throws IOException {
		wrong(Command.LAST, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code last *}.
	 * @throws IOException if the session can't go on
	 */
	default void lastOfAll() throws IOException {
		wrong(Command.LAST, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code range}.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param from the first timestamp
	 * @param to the last timestamp; before the first, the range is empty
	 * @throws IOException if the session can't go on
	 */
	default void range(byte[] source, int keyOffset, int keyLength, long from, long to) throws IOException {
		wrong(Command.RANGE, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code delete}.
	 * @param source the array that holds the bytes of the key
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param from the first timestamp to delete
	 * @param to the last one; before the first, there is nothing to delete
	 * @throws IOException if the session can't go on
	 */
	default void delete(byte[] source, int keyOffset, int keyLength, long from, long to) throws IOException {
		wrong(Command.DELETE, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code help}.
	 * @param lines the lines of the reply, in ASCII, each with its LF
	 * @throws IOException if the session can't go on
	 */
	default void help(byte[] lines) throws IOException {
		wrong(Command.HELP, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a {@code quit}, which is the last command of a session.
	 * @throws IOException if the session can't go on
	 */
	default void quit() throws IOException {
		wrong(Command.QUIT, ErrorReason.UNKNOWN_COMMAND);
	}

	/**
	 * Takes a wrong command.
	 * @param command which command it was meant to be, as far as is known
	 * @param reason what is wrong with it
	 * @throws IOException if the session can't go on
	 */
	void wrong(Command command, ErrorReason reason) throws IOException;

	/**
	 * Returns whether the parser has to stop after the line whose command it has just
	 * passed on. The parser asks after each line that may have taken long, which a put in
	 * its usual form does not.
	 * @return whether the following lines are to be read later
	 * @throws IOException if the session can't go on
	 */
	default boolean pauses() throws IOException {
		return false;
	}

}

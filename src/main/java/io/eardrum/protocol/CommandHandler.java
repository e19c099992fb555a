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

package io.eardrum.protocol;

import java.io.IOException;

/**
 * Takes the commands that a {@link LineParser} reads, one call a command, in the order in
 * which they came. The arrays are the parser's source: what is to stay must be copied.
 */
public interface CommandHandler {

	/**
	 * Takes a {@code put}.
	 * @param source the array in which the bytes of the key stand
	 * @param keyOffset where they start
	 * @param keyLength how many there are
	 * @param timestamp the timestamp
	 * @param value the value, finite
	 * @throws IOException if the session can't go on
	 */
	void put(byte[] source, int keyOffset, int keyLength, long timestamp, double value) throws IOException;

	/**
	 * Takes a {@code get} of one key.
	 * @param source the array in which the bytes of the key stand
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
	 * @param command what it was meant to be, as far as one can tell
	 * @param reason what is wrong with it
	 * @throws IOException if the session can't go on
	 */
	void wrong(Command command, ErrorReason reason) throws IOException;

	/**
	 * Returns whether the parser has to stop behind the line whose command it has just
	 * passed on. It asks behind each line that may have taken long, which a put in its
	 * usual form does not.
	 * @return whether the lines behind it are to be read another time
	 * @throws IOException if the session can't go on
	 */
	default boolean pauses() throws IOException {
		return false;
	}

}

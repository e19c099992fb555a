package io.eardrum.protocol;

import java.io.IOException;

/**
 * Reads the lines of one session and passes what they say to a {@link CommandHandler}.
 * Each session has its own, which is not safe for use by several threads at once.
 */
public interface LineParser {

	/** What {@link #read} returns when the session has ended. */
	int SESSION_ENDED = -1;

	/**
	 * Reads complete lines, until the handler {@linkplain CommandHandler#pauses()
	 * pauses}.
	 * @param source the array that holds them
	 * @param from where the first line starts
	 * @param to the offset after the line end of the last one
	 * @param handler takes the commands
	 * @return the offset after the last line that has been read, or
	 * {@link #SESSION_ENDED} after a line of an HTTP request
	 * @throws IOException if the handler throws it
	 */
	int read(byte[] source, int from, int to, CommandHandler handler) throws IOException;

	/**
	 * Reads complete lines, for a handler that never pauses.
	 * @param source the array that holds them
	 * @param from where the first line starts
	 * @param to the offset after the line end of the last one
	 * @param handler takes the commands
	 * @return whether the session goes on; {@code false} after a line of an HTTP request,
	 * after which nothing more has been read
	 * @throws IOException if the handler throws it
	 */
	default boolean parse(byte[] source, int from, int to, CommandHandler handler) throws IOException {
		return read(source, from, to, handler) != SESSION_ENDED;
	}

	/**
	 * Takes note that the client closed its side after some bytes without a line end.
	 * They are never executed, because it is not known what is missing.
	 * @param handler takes the wrong command
	 * @throws IOException if the handler throws it
	 */
	void cutLine(CommandHandler handler) throws IOException;

}

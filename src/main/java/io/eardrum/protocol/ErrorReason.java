package io.eardrum.protocol;

import io.eardrum.metric.PointBatch;

/**
 * Why a command is answered with an error. Of what is wrong with a command the reply
 * tells no more than that it is; the reason is for those who run the server.
 */
public enum ErrorReason {

	/** The first word is no command, or an empty line stands where none may. */
	UNKNOWN_COMMAND,

	/** A command with too few words or too many. */
	WRONG_WORD_COUNT,

	/** The key is too long, reserved, or has control characters in it. */
	BAD_KEY,

	/** The value is no finite decimal number. */
	BAD_VALUE,

	/** The timestamp is no 64-bit integer. */
	BAD_TIMESTAMP,

	/** The line has more bytes than the limit. */
	LINE_TOO_LONG,

	/** The line is not well-formed UTF-8. */
	BAD_ENCODING,

	/** The line belongs to an HTTP request. */
	HTTP,

	/** The client closed its side in the middle of a line. */
	CUT_LINE,

	/** The point needs a series more than there may be. */
	TOO_MANY_SERIES,

	/** The timestamp is further ahead of the server's clock than is allowed. */
	TIMESTAMP_IN_FUTURE,

	/** The command was right, but the store couldn't serve it. */
	STORAGE;

	/**
	 * Returns the reason that a refused point is counted under.
	 * @param refusal why it was refused
	 * @return the reason
	 */
	public static ErrorReason of(PointBatch.Refusal refusal) {
		return switch (refusal) {
			case TOO_MANY_SERIES -> TOO_MANY_SERIES;
			case TIMESTAMP_IN_FUTURE -> TIMESTAMP_IN_FUTURE;
		};
	}

}

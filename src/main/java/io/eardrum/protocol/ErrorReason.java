package io.eardrum.protocol;

import io.eardrum.metric.PointBatch;

/**
 * Why a command is answered with an error. The reply to a wrong command only says that it
 * is wrong; the reason is for the operators of the server.
 */
public enum ErrorReason {

	/**
	 * The first word is not a command, or there is an empty line where none is allowed.
	 */
	UNKNOWN_COMMAND,

	/** The command has too few or too many words. */
	WRONG_WORD_COUNT,

	/** The key is too long or reserved, or contains control characters. */
	BAD_KEY,

	/** The pattern is not well-formed. */
	BAD_PATTERN,

	/** The value is not a finite decimal number. */
	BAD_VALUE,

	/** The timestamp is not a 64-bit integer. */
	BAD_TIMESTAMP,

	/** The line has more bytes than the limit. */
	LINE_TOO_LONG,

	/** The line is not well-formed UTF-8. */
	BAD_ENCODING,

	/** The line belongs to an HTTP request. */
	HTTP,

	/** The client closed its side in the middle of a line. */
	CUT_LINE,

	/** The point needs one more series than are allowed. */
	TOO_MANY_SERIES,

	/** The timestamp is further ahead of the server's clock than is allowed. */
	TIMESTAMP_IN_FUTURE,

	/** The command was right, but the store could not serve it. */
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

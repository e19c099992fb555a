package io.eardrum.protocol;

/**
 * Why a command is answered with an error. The reply tells no more than "wrong command"
 * or "storage unavailable"; the reason is for those who run the server.
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

	/** The command was right, but the store couldn't serve it. */
	STORAGE

}

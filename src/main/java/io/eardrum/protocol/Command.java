package io.eardrum.protocol;

/**
 * The kinds of commands that a client sends.
 */
public enum Command {

	/** Stores a point. */
	PUT,

	/** Returns the points of one series. */
	GET,

	/** Returns the points of all series. */
	GET_ALL,

	/** Lists the keys of series. */
	KEYS,

	/** Returns the newest point of one or more series. */
	LAST,

	/** Returns the points of one series in a range of timestamps. */
	RANGE,

	/** Deletes points of one series. */
	DELETE,

	/** Lists the commands. */
	HELP,

	/** Ends the session. */
	QUIT,

	/** None of the others. */
	UNKNOWN

}

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

	/** None of the others. */
	UNKNOWN

}

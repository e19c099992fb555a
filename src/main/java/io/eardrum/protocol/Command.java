package io.eardrum.protocol;

/**
 * What a client asks for.
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

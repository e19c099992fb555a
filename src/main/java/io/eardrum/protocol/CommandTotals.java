package io.eardrum.protocol;

/**
 * How many commands have been answered since the start, over all ports. Safe for any
 * number of threads.
 */
public interface CommandTotals {

	/**
	 * Returns how many points have been stored.
	 * @return the number of points, whichever way they came
	 */
	long pointsPut();

	/**
	 * Returns how many commands that put a point have been answered with an error.
	 * @return the number of points that were not stored
	 */
	long pointsRefused();

	/**
	 * Returns how many points have been read for clients.
	 * @return the number of points
	 */
	long pointsReturned();

	/**
	 * Returns how many commands have been answered with what they asked for.
	 * @return the number of commands; each point of a put counts as one
	 */
	long served();

	/**
	 * Returns how many commands have been answered with an error.
	 * @return the number of commands
	 */
	long failed();

}

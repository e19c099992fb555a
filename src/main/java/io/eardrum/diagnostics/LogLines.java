package io.eardrum.diagnostics;

/**
 * Counts the lines that the limit on the rate of log lines has left out. Safe for any
 * number of threads.
 */
@FunctionalInterface
public interface LogLines {

	/**
	 * Returns how many lines have been left out since the start.
	 * @return the number of lines
	 */
	long leftOut();

}

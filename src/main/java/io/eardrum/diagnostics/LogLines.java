package io.eardrum.diagnostics;

/**
 * What the limit on the rate of log lines has left out. Safe for any number of threads.
 */
@FunctionalInterface
public interface LogLines {

	/**
	 * Returns how many lines were left out since the start.
	 * @return the number of lines
	 */
	long leftOut();

}

package io.eardrum.server.limit;

import org.apache.commons.logging.Log;

import io.eardrum.budget.ThreadShortage;

/**
 * Logs failures that the process survives. It logs at most one in ten seconds, because
 * clients may be able to cause them. Safe for any number of threads.
 */
public final class DefectLog {

	private final Log log;

	private final LogThrottle rate = new LogThrottle();

	/**
	 * Creates a log of defects.
	 * @param log where they are written
	 */
	public DefectLog(Log log) {
		this.log = log;
	}

	/**
	 * Logs a failure if the process can go on after it, and returns normally in that
	 * case.
	 * @param what a sentence that says what failed
	 * @param failure the failure
	 * @throws OutOfMemoryError the failure, if there is no memory left
	 */
	public void survive(String what, Throwable failure) {
		ThreadShortage.require(failure);
		if (this.rate.permits()) {
			this.log.error(what, failure);
		}
	}

}

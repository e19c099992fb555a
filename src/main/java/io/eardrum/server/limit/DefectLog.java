package io.eardrum.server.limit;

import org.apache.commons.logging.Log;

import io.eardrum.budget.ThreadShortage;

/**
 * Logs failures that the process survives, one in ten seconds: clients may be able to
 * cause them. Safe for any number of threads.
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
	 * Returns if the process can go on after a failure, and logs it.
	 * @param what what could not be done
	 * @param failure why
	 * @throws OutOfMemoryError the failure, if there is no memory left
	 */
	public void survive(String what, Throwable failure) {
		ThreadShortage.require(failure);
		if (this.rate.permits()) {
			this.log.error(what, failure);
		}
	}

}

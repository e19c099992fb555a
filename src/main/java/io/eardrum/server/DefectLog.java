package io.eardrum.server;

import org.apache.commons.logging.Log;

import io.eardrum.budget.ThreadShortage;

/**
 * Logs failures that the process survives, one in ten seconds: clients may be able to
 * cause them. Safe for any number of threads.
 */
final class DefectLog {

	private final Log log;

	private final LogRate rate = new LogRate();

	/**
	 * Creates a log of defects.
	 * @param log where they are written
	 */
	DefectLog(Log log) {
		this.log = log;
	}

	/**
	 * Returns if the process can go on after a failure, and logs it.
	 * @param what what could not be done
	 * @param failure why
	 * @throws OutOfMemoryError the failure, if there is no memory left
	 */
	void survive(String what, Throwable failure) {
		ThreadShortage.require(failure);
		if (this.rate.permits()) {
			this.log.error(what, failure);
		}
	}

}

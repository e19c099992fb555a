package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;

/**
 * Limits how often a thread logs a failure that may recur with each attempt: at most once
 * in ten seconds. Used by one thread.
 */
public final class LogThrottle {

	private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

	private long nextNanos = System.nanoTime();

	/**
	 * Returns whether a message may be logged now, and if so, counts it as logged.
	 * @return whether it may be logged
	 */
	public boolean permits() {
		long now = System.nanoTime();
		if (now - this.nextNanos < 0) {
			return false;
		}
		this.nextNanos = now + INTERVAL_NANOS;
		return true;
	}

}

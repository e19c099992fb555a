package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;

/**
 * Bounds how often a thread logs a failure that may come back each time it tries: at most
 * once in ten seconds. Used by one thread.
 */
public final class LogThrottle {

	private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

	private long nextNanos = System.nanoTime();

	/**
	 * Returns whether something may be logged now, and counts it as logged.
	 * @return whether it may
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

package io.eardrum.server.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how often something that clients can cause is logged: at most once in ten
 * seconds. Safe for any number of threads.
 */
public final class LogThrottle {

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

	/**
	 * Returns whether something may be logged now. The caller then logs it.
	 * @return whether nothing was permitted in the last ten seconds
	 */
	public boolean permits() {
		long now = System.nanoTime();
		long next = this.nextNanos.get();
		return now - next >= 0 && this.nextNanos.compareAndSet(next, now + INTERVAL_NANOS);
	}

}

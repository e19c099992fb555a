package io.eardrum.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how often something is logged that clients can cause: at most once in ten
 * seconds. Safe for any number of threads.
 */
final class LogRate {

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

	boolean permits() {
		long now = System.nanoTime();
		long next = this.nextNanos.get();
		return now - next >= 0 && this.nextNanos.compareAndSet(next, now + INTERVAL_NANOS);
	}

}

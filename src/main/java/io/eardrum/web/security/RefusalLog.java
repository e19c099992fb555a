package io.eardrum.web.security;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs requests that were refused for one reason, at most once in ten seconds, so that
 * their sender can't fill the disk. Safe for any number of threads.
 */
public final class RefusalLog {

	private static final Logger logger = LoggerFactory.getLogger(RefusalLog.class);

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final String reason;

	private final LongSupplier nanoTime;

	private long refused;

	private long told;

	/**
	 * Creates a log.
	 * @param reason what is wrong with them, as it follows "Requests over HTTP"
	 * @param nanoTime a clock in nanoseconds
	 */
	public RefusalLog(String reason, LongSupplier nanoTime) {
		this.reason = reason;
		this.nanoTime = nanoTime;
		this.told = nanoTime.getAsLong() - INTERVAL_NANOS;
	}

	/**
	 * Counts a request, and logs it with those before it if the last line is old enough.
	 * @param last what to log about this request
	 */
	public synchronized void refused(String last) {
		this.refused++;
		long now = this.nanoTime.getAsLong();
		if (now - this.told >= INTERVAL_NANOS) {
			logger.warn("Requests over HTTP {}: {}, the last one {}", this.reason, this.refused, last);
			this.told = now;
			this.refused = 0;
		}
	}

}

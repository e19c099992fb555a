package io.eardrum.web.security;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of requests that were refused for one reason, at most once in ten seconds:
 * whoever sends them shall not fill the disk too. Any thread may call it.
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
	 * Counts a request, and tells of it and of those before it if it is time.
	 * @param last what to tell of the last one
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

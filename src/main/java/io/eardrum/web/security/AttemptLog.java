package io.eardrum.web.security;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of wrong passwords, at most once in ten seconds: whoever tries them shall not
 * fill the disk too. Any thread may call it.
 */
final class AttemptLog {

	private static final Logger logger = LoggerFactory.getLogger(AttemptLog.class);

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final LongSupplier nanoTime;

	private long attempts;

	private long told;

	AttemptLog(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.told = nanoTime.getAsLong() - INTERVAL_NANOS;
	}

	synchronized void failed(String address) {
		this.attempts++;
		long now = this.nanoTime.getAsLong();
		if (now - this.told >= INTERVAL_NANOS) {
			logger.warn("Requests over HTTP with a wrong user or password: {}, the last one from {}", this.attempts,
					address);
			this.told = now;
			this.attempts = 0;
		}
	}

}

package io.eardrum.storage.cassandra.point;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.storage.cassandra.cluster.ClusterClock;

/**
 * Gives each put a write timestamp, by which the cluster decides which of two values of
 * one point is newer: microseconds since 1970, strictly increasing.
 * <p>
 * So of two puts through this server the later one wins, whatever the clock does
 * meanwhile. A request that is sent again keeps its timestamp. Between servers, their
 * clocks decide. Assume two puts of one point through different servers, one of which
 * began after the other was answered: the earlier one wins if its server's clock is ahead
 * by more than the time between them. The same holds for a server that is restarted after
 * its clock was set back. {@link ClusterClock} limits this to a minute or two.
 * <p>
 * Safe for any number of threads.
 */
public final class WriteClock {

	private static final long MICROS_PER_SECOND = 1_000_000;

	private static final int NANOS_PER_MICRO = 1_000;

	private final Clock clock;

	private final AtomicLong last = new AtomicLong(Long.MIN_VALUE);

	/**
	 * Creates a clock.
	 * @param clock the clock of this machine
	 */
	public WriteClock(Clock clock) {
		this.clock = clock;
	}

	/**
	 * Returns the timestamp of the next put.
	 * @return microseconds since 1970, more than any timestamp before
	 */
	public long nextMicros() {
		Instant now = this.clock.instant();
		long micros = now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO;
		return this.last.updateAndGet((previous) -> Math.max(previous + 1, micros));
	}

}

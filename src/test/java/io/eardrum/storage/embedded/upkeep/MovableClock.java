package io.eardrum.storage.embedded.upkeep;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock, and the running time beside it, which both stand still until they are moved.
 * Safe for any number of threads.
 */
public final class MovableClock extends Clock {

	private final AtomicLong seconds;

	/** Not from 0, as that of a JVM. */
	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

	public MovableClock(long seconds) {
		this.seconds = new AtomicLong(seconds);
	}

	/**
	 * Lets time pass.
	 * @param time how much
	 */
	public void run(Duration time) {
		// The running time first: else the clock is ahead for a moment.
		this.nanos.addAndGet(time.toNanos());
		this.seconds.addAndGet(time.toSeconds());
	}

	/**
	 * Sets the clock ahead, or back, while no time passes.
	 * @param time by how much
	 */
	public void jump(Duration time) {
		this.seconds.addAndGet(time.toSeconds());
	}

	public long now() {
		return this.seconds.get();
	}

	/**
	 * Tells the running time.
	 * @return nanoseconds since any moment
	 */
	public long nanos() {
		return this.nanos.get();
	}

	@Override
	public Instant instant() {
		return Instant.ofEpochSecond(this.seconds.get());
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return this;
	}

}

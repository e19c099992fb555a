package io.eardrum.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait between attempts to reconnect. The delay doubles with each attempt,
 * and up to a quarter of it is taken off at random, so that many clients do not come back
 * at the same moment.
 *
 * @param first how long to wait after the first failed attempt
 * @param longest how long to wait at most
 * @param giveUpAfter how long all attempts together may take before the call that needs
 * the connection fails; with {@code ChronoUnit.FOREVER.getDuration()} it never does
 */
public record Backoff(Duration first, Duration longest, Duration giveUpAfter) {

	/**
	 * Waits for 100 milliseconds first, and for 5 seconds at most, and gives up after a
	 * minute.
	 */
	public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5),
			Duration.ofMinutes(1));

	public Backoff {
		if (first.isZero() || first.isNegative() || longest.compareTo(first) < 0 || giveUpAfter.isNegative()) {
			throw new IllegalArgumentException(
					"not a valid backoff: from " + first + " to " + longest + ", giving up after " + giveUpAfter);
		}
	}

	/**
	 * Returns how long to wait after a failed attempt.
	 * @param failures how many attempts have failed, 1 or more
	 * @return the time to wait, in nanoseconds
	 */
	long delayNanos(int failures) {
		long most = nanos(this.longest);
		long doubled = Math.min(nanos(this.first), most);
		for (int i = 1; i < failures && doubled < most; i++) {
			doubled = (doubled > most / 2) ? most : doubled * 2;
		}
		long delay = doubled;
		return delay - ThreadLocalRandom.current().nextLong(delay / 4 + 1);
	}

	/**
	 * Returns whether it is too late for another attempt.
	 * @param elapsedNanos the time since the first attempt, in nanoseconds
	 * @param delayNanos how long to wait before the next attempt
	 * @return whether to give up
	 */
	boolean isOver(long elapsedNanos, long delayNanos) {
		return elapsedNanos > nanos(this.giveUpAfter) - delayNanos;
	}

	// A duration that is as good as for ever has more nanoseconds than a long can hold.
	private static long nanos(Duration duration) {
		try {
			return duration.toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE;
		}
	}

}

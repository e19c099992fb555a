package io.eardrum.web.reply;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.coyote.CloseNowException;

/**
 * Finds clients that hold a thread for too long: the container ends a connection on which
 * nothing moves, but one that takes or sends a byte now and then could go on for ever.
 * The time that is spent waiting for the client may be {@link #GRACE} and as much more as
 * its bytes take at {@link #MIN_BYTES_PER_SECOND}.
 * <p>
 * One a request, and not safe for use by several threads at once.
 */
final class Pace {

	static final Duration GRACE = Duration.ofSeconds(30);

	static final int MIN_BYTES_PER_SECOND = 4096;

	private final LongSupplier nanoTime;

	private long started;

	private long waitedNanos;

	private long bytes;

	Pace(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Takes note that the client may have to be waited for from now on.
	 */
	void start() {
		this.started = this.nanoTime.getAsLong();
	}

	/**
	 * Takes note that the wait is over.
	 * @param moved how many bytes went through
	 * @throws CloseNowException if the client is too slow
	 */
	void stop(int moved) throws CloseNowException {
		this.waitedNanos += this.nanoTime.getAsLong() - this.started;
		this.bytes += moved;
		long allowed = GRACE.toSeconds() + this.bytes / MIN_BYTES_PER_SECOND;
		if (TimeUnit.NANOSECONDS.toSeconds(this.waitedNanos) > allowed) {
			throw new CloseNowException("The client is too slow: " + this.bytes + " bytes in "
					+ TimeUnit.NANOSECONDS.toSeconds(this.waitedNanos) + " s");
		}
	}

}

package io.eardrum.web.http.body;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.coyote.CloseNowException;

/**
 * Finds clients that hold a thread for too long: the container ends a connection on which
 * nothing moves, but one that takes or sends a byte now and then could go on for ever.
 * The time that is spent waiting for the client may be {@link #GRACE} and as much more as
 * its bytes take at the smallest rate that is allowed. While memory is reserved for the
 * client that others lack, its grace is {@link #TIGHT_GRACE}, and the rate is higher.
 * <p>
 * One for each direction of a request, for the thread of the request. Any thread may look
 * at what it has counted.
 */
public final class MinimumDataRate {

	static final Duration GRACE = Duration.ofSeconds(30);

	static final Duration TIGHT_GRACE = Duration.ofSeconds(5);

	static final int MIN_BYTES_PER_SECOND = 4096;

	private final LongSupplier nanoTime;

	private final long minRate;

	private final long minRateWhenTight;

	private final Watch watch;

	private volatile boolean waiting;

	private volatile long startedNanos;

	private volatile long waitedNanos;

	private volatile long bytes;

	/** Since when the memory has been tight, without a break. */
	private long tightNanos;

	private long tightBytes;

	/**
	 * Creates a rate that nobody watches.
	 * @param nanoTime a clock in nanoseconds
	 */
	public MinimumDataRate(LongSupplier nanoTime) {
		this(nanoTime, MIN_BYTES_PER_SECOND, MIN_BYTES_PER_SECOND, Watch.NONE);
	}

	/**
	 * Creates a rate.
	 * @param nanoTime a clock in nanoseconds
	 * @param minRate the smallest rate that is allowed, in bytes a second
	 * @param minRateWhenTight the same while the memory for the client is tight
	 * @param watch is told of the waits
	 */
	public MinimumDataRate(LongSupplier nanoTime, long minRate, long minRateWhenTight, Watch watch) {
		this.nanoTime = nanoTime;
		this.minRate = minRate;
		this.minRateWhenTight = minRateWhenTight;
		this.watch = watch;
	}

	/**
	 * Notes that the client may have to be waited for from now on.
	 */
	public void start() {
		this.startedNanos = this.nanoTime.getAsLong();
		this.waiting = true;
		this.watch.waitBegins();
	}

	/**
	 * Notes that the wait is over, however it ended.
	 * @param moved how many bytes went through
	 * @throws CloseNowException if the client is too slow
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void stop(int moved) throws CloseNowException {
		long waited = this.nanoTime.getAsLong() - this.startedNanos;
		this.waitedNanos += waited;
		this.bytes += moved;
		this.waiting = false;
		boolean tight = this.watch.waitEnds(moved);
		this.tightNanos = tight ? this.tightNanos + waited : 0;
		this.tightBytes = tight ? this.tightBytes + moved : 0;
		if (isTooSlow(this.waitedNanos, GRACE, this.bytes, this.minRate)
				|| isTooSlow(this.tightNanos, TIGHT_GRACE, this.tightBytes, this.minRateWhenTight)) {
			this.watch.tooSlow();
			throw new CloseNowException("The client is too slow: " + this.bytes + " bytes in "
					+ TimeUnit.NANOSECONDS.toSeconds(this.waitedNanos) + " s");
		}
	}

	private static boolean isTooSlow(long nanos, Duration grace, long bytes, long rate) {
		return TimeUnit.NANOSECONDS.toSeconds(nanos) > grace.toSeconds() + bytes / rate;
	}

	/**
	 * Returns for how long the client has been waited for in all.
	 * @return the time in nanoseconds, with the wait under way
	 */
	public long waitedNanos() {
		// The wait under way may end in between, and would count twice or not at all;
		// the next look is right again.
		return this.waitedNanos + (this.waiting ? this.nanoTime.getAsLong() - this.startedNanos : 0);
	}

	/**
	 * Returns whether the client is being waited for.
	 * @return whether a wait has begun, and not ended
	 */
	public boolean isWaiting() {
		return this.waiting;
	}

	/**
	 * Returns how many bytes went through.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Is told of the waits for a client, on the thread that waits.
	 */
	public interface Watch {

		/** Nobody watches. */
		Watch NONE = new Watch() {

			@Override
			public void waitBegins() {
				// Nobody watches.
			}

			@Override
			public boolean waitEnds(int moved) {
				return false;
			}

			@Override
			public void tooSlow() {
				// Nobody watches.
			}

		};

		/**
		 * Notes that a wait begins.
		 */
		void waitBegins();

		/**
		 * Notes that a wait ends.
		 * @param moved how many bytes went through
		 * @return whether memory is reserved for the client that others lack
		 */
		boolean waitEnds(int moved);

		/**
		 * Notes that the client is given up.
		 */
		void tooSlow();

	}

}

package io.eardrum.web.http.body;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.coyote.CloseNowException;

/**
 * Finds clients that occupy a thread for too long. The container ends a connection on
 * which nothing moves, but a client that sends or takes a byte now and then could
 * continue forever. The time spent waiting for the client may be {@link #GRACE}, plus the
 * time that its bytes take at the minimum rate. While memory is reserved for the client
 * that other requests lack, the grace is {@link #TIGHT_GRACE}, and the minimum rate is
 * higher.
 * <p>
 * There is one for each direction of a request, for the thread of the request. Any thread
 * may read its counts.
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

	/** How long the waits have taken since the memory became tight, without a break. */
	private long tightNanos;

	private long tightBytes;

	/**
	 * Creates a rate without a watch.
	 * @param nanoTime a clock in nanoseconds
	 */
	public MinimumDataRate(LongSupplier nanoTime) {
		this(nanoTime, MIN_BYTES_PER_SECOND, MIN_BYTES_PER_SECOND, Watch.NONE);
	}

	/**
	 * Creates a rate.
	 * @param nanoTime a clock in nanoseconds
	 * @param minRate the minimum rate in bytes per second
	 * @param minRateWhenTight the same while the memory for the client is tight
	 * @param watch is notified of the waits
	 */
	public MinimumDataRate(LongSupplier nanoTime, long minRate, long minRateWhenTight, Watch watch) {
		this.nanoTime = nanoTime;
		this.minRate = minRate;
		this.minRateWhenTight = minRateWhenTight;
		this.watch = watch;
	}

	/**
	 * Notes that a wait for the client may begin now.
	 */
	public void start() {
		this.startedNanos = this.nanoTime.getAsLong();
		this.waiting = true;
		this.watch.waitBegins();
	}

	/**
	 * Notes that the wait is over, whether it succeeded or failed.
	 * @param moved how many bytes were transferred
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
	 * Returns how long the request has waited for the client in total.
	 * @return the time in nanoseconds, including the current wait
	 */
	public long waitedNanos() {
		// The current wait may end between the two reads, and would then count twice or
		// not at all. The next call is right again.
		return this.waitedNanos + (this.waiting ? this.nanoTime.getAsLong() - this.startedNanos : 0);
	}

	/**
	 * Returns whether the request is waiting for the client.
	 * @return whether a wait has begun, and not ended
	 */
	public boolean isWaiting() {
		return this.waiting;
	}

	/**
	 * Returns how many bytes were transferred.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Is notified of the waits for a client, on the thread that waits.
	 */
	public interface Watch {

		/** Ignores everything. */
		Watch NONE = new Watch() {

			@Override
			public void waitBegins() {
				// Ignored.
			}

			@Override
			public boolean waitEnds(int moved) {
				return false;
			}

			@Override
			public void tooSlow() {
				// Ignored.
			}

		};

		/**
		 * Notes that a wait begins.
		 */
		void waitBegins();

		/**
		 * Notes that a wait ends.
		 * @param moved how many bytes were transferred
		 * @return whether memory is reserved for the client that other requests lack
		 */
		boolean waitEnds(int moved);

		/**
		 * Notes that the client is too slow and its connection is given up.
		 */
		void tooSlow();

	}

}

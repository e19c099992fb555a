package io.eardrum.budget;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The time and the work of one request. Code that takes time in proportion to the request
 * or to the stored data counts its work here: parsing, patterns, regular expressions,
 * lists, reads. So a request ends when it has taken too much, when its client has left,
 * and when the server stops.
 * <p>
 * Each request has its own. It is not safe for use by several threads at once.
 */
public final class RequestBudget {

	/**
	 * The work after which the clock and the client are checked; it takes less than 1 ms.
	 */
	private static final long WORK_A_LOOK = 16_384;

	private final long maxNanos;

	private final long maxWork;

	private final LongSupplier nanoTime;

	private final BooleanSupplier clientLeft;

	private final BooleanSupplier stopping;

	private final Runnable beforeWait;

	private long sinceNanos;

	private long done;

	private long untilLook = WORK_A_LOOK;

	/**
	 * Creates the budget of a request that begins now.
	 * @param time how long the request may take from now on, or from the last progress
	 * @param maxWork how many units of work it may take; one unit is about the work of
	 * looking at a byte
	 * @param nanoTime a clock in nanoseconds
	 * @param clientLeft returns whether the client has closed its connection; called
	 * about once a millisecond at most, so it should be cheap
	 * @param stopping returns whether the server stops
	 */
	public RequestBudget(Duration time, long maxWork, LongSupplier nanoTime, BooleanSupplier clientLeft,
			BooleanSupplier stopping) {
		this(time, maxWork, nanoTime, clientLeft, stopping, () -> {
		});
	}

	/**
	 * Creates the budget of a request that begins now and takes turns with others.
	 * @param time how long the request may take from now on, or from the last progress
	 * @param maxWork how many units of work it may take
	 * @param nanoTime a clock in nanoseconds
	 * @param clientLeft returns whether the client has closed its connection; may block
	 * until it is this request's turn
	 * @param stopping returns whether the server stops
	 * @param beforeWait ends the turn of this request; called before it waits for
	 * something
	 */
	public RequestBudget(Duration time, long maxWork, LongSupplier nanoTime, BooleanSupplier clientLeft,
			BooleanSupplier stopping, Runnable beforeWait) {
		this.beforeWait = beforeWait;
		this.maxNanos = time.toNanos();
		this.maxWork = maxWork;
		this.nanoTime = nanoTime;
		this.clientLeft = clientLeft;
		this.stopping = stopping;
		this.sinceNanos = nanoTime.getAsLong();
	}

	/**
	 * Returns a budget that is never used up, for tests and for work that no client waits
	 * for.
	 * @return a new budget
	 */
	public static RequestBudget unlimited() {
		return new RequestBudget(Duration.ofNanos(Long.MAX_VALUE), Long.MAX_VALUE, () -> 0, () -> false, () -> false);
	}

	/**
	 * Counts work that is about to be done.
	 * @param units how much, 0 or more
	 * @throws RequestEndedException if this request has to end
	 */
	public void work(long units) {
		if (units > this.maxWork - this.done) {
			throw new RequestEndedException(RequestEndedException.Reason.WORK);
		}
		this.done += units;
		this.untilLook -= units;
		if (this.untilLook <= 0) {
			check();
		}
	}

	/**
	 * Checks the clock, the client and the server now.
	 * @throws RequestEndedException if this request has to end
	 */
	public void check() {
		this.untilLook = WORK_A_LOOK;
		if (this.stopping.getAsBoolean()) {
			throw new RequestEndedException(RequestEndedException.Reason.STOPPING);
		}
		if (this.nanoTime.getAsLong() - this.sinceNanos > this.maxNanos) {
			throw new RequestEndedException(RequestEndedException.Reason.TIME);
		}
		if (this.clientLeft.getAsBoolean()) {
			throw new RequestEndedException(RequestEndedException.Reason.CLIENT_LEFT);
		}
	}

	/**
	 * Notes that the request is about to wait for memory or for the store. Other requests
	 * may run meanwhile, because one of them may hold what this one waits for.
	 */
	public void waits() {
		this.beforeWait.run();
	}

	/**
	 * Notes that a part of a long answer has reached the client. The time and the work
	 * begin anew, so a long answer is limited between two parts of it.
	 */
	public void progress() {
		this.sinceNanos = this.nanoTime.getAsLong();
		this.done = 0;
	}

	/**
	 * Returns how much work has been done since the beginning or the last progress.
	 * @return the units of work
	 */
	public long done() {
		return this.done;
	}

}

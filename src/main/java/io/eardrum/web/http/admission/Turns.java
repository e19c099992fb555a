package io.eardrum.web.http.admission;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets a few requests compute at once, and the others in turn. With a hundred long
 * requests, only a few threads want to run, so the ports for points and the health of the
 * server get the processors when they need them. A request that takes only a moment, or
 * waits for its client, needs no turn.
 * <p>
 * Safe for any number of threads.
 */
final class Turns {

	/** The length of a turn while other requests wait for theirs. */
	static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Semaphore turns;

	/**
	 * Creates turns.
	 * @param count how many requests compute at once, 1 or more
	 */
	Turns(int count) {
		this.turns = new Semaphore(count, true);
	}

	/**
	 * Waits for a turn.
	 * @param millis how long to wait at most
	 * @return whether the caller has a turn, which it has to end
	 */
	boolean begin(long millis) {
		try {
			return this.turns.tryAcquire(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	void end() {
		this.turns.release();
	}

	/**
	 * Returns whether any request waits for a turn.
	 * @return whether one does
	 */
	boolean areWaitedFor() {
		return this.turns.hasQueuedThreads();
	}

}

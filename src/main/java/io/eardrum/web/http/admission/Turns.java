package io.eardrum.web.http.admission;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets some requests compute at once, and the others in turn: a hundred that take long
 * are no more threads that want to run than a few, so the ports for points and the health
 * of the server have the processors when they need them. A request that takes a moment
 * only, or waits for its client, needs no turn.
 * <p>
 * Safe for any number of threads.
 */
final class Turns {

	/** How long a turn is while others wait for theirs. */
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
	 * @param millis how long at most
	 * @return whether it is there; it has to be ended then
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
	 * Returns whether somebody waits for a turn.
	 * @return whether somebody does
	 */
	boolean areWaitedFor() {
		return this.turns.hasQueuedThreads();
	}

}

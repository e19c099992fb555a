package io.eardrum.web.http.admission;

import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.ServletRequest;

import io.eardrum.web.http.Endpoint;

/**
 * The turns with which requests begin: a few of them are worked on at once, and the
 * others follow in the order in which they came. However many ask for what costs little,
 * there are no more threads that want to run than a few, so the ports for points have the
 * processors when they need them. A request gives its turn up when it waits for anything,
 * and has it no longer than a moment if it is an {@link Endpoint}'s, which has turns of
 * its own for what takes long.
 * <p>
 * Safe for any number of threads.
 */
public final class FirstTurns {

	private static final String ATTRIBUTE = FirstTurns.class.getName();

	/** Some wait for the disk, and some for a backup to end. */
	private static final int LEAST = 4;

	private final Turns turns = new Turns(Math.max(LEAST, 2 * Runtime.getRuntime().availableProcessors()));

	/**
	 * Waits for the turn of a request.
	 * @param request the request
	 * @param millis how long at most
	 * @return whether it is there; it ends with {@link #end(ServletRequest)}
	 */
	public boolean begin(ServletRequest request, long millis) {
		if (!this.turns.begin(millis)) {
			return false;
		}
		request.setAttribute(ATTRIBUTE, new Turn(this.turns, new AtomicBoolean()));
		return true;
	}

	/**
	 * Ends the turn of a request, if it has one: others go on. For the thread of the
	 * request, as often as it likes.
	 * @param request the request
	 */
	public static void end(ServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof Turn turn && turn.ended().compareAndSet(false, true)) {
			turn.turns().end();
		}
	}

	private record Turn(Turns turns, AtomicBoolean ended) {

	}

}

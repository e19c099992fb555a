package io.eardrum.web.http.admission;

import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.ServletRequest;

import io.eardrum.web.http.Endpoint;

/**
 * The turns with which requests begin. A few requests are worked on at once, and the
 * others follow in the order in which they came. However many cheap requests arrive, only
 * a few threads want to run, so the ports for points get the processors when they need
 * them. A request gives up its turn when it waits for anything. A request to an
 * {@link Endpoint} keeps its turn for no more than a moment, because endpoints have
 * separate turns for requests that take long.
 * <p>
 * Safe for any number of threads.
 */
public final class FirstTurns {

	private static final String ATTRIBUTE = FirstTurns.class.getName();

	/** Some requests wait for the disk, and some for a backup to end. */
	private static final int LEAST = 4;

	private final Turns turns = new Turns(Math.max(LEAST, 2 * Runtime.getRuntime().availableProcessors()));

	/**
	 * Waits for the turn of a request.
	 * @param request the request
	 * @param millis how long to wait at most
	 * @return whether the request has a turn; {@link #end(ServletRequest)} ends it
	 */
	public boolean begin(ServletRequest request, long millis) {
		if (!this.turns.begin(millis)) {
			return false;
		}
		request.setAttribute(ATTRIBUTE, new Turn(this.turns, new AtomicBoolean()));
		return true;
	}

	/**
	 * Ends the turn of a request, if it has one, so that others continue. For the thread
	 * of the request. Further calls have no effect.
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

package io.eardrum.web.http.admission;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.SlowClients;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.body.BoundedContent;
import io.eardrum.web.http.body.ContentCoding;
import io.eardrum.web.http.body.MinimumDataRate;
import io.eardrum.web.http.body.RequestBody;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * One request that is being answered: what it may take, what it has reserved, and how
 * long it has waited for its client. For the thread of the request. Other threads may
 * read its state and end it.
 */
public final class Visit implements SlowClients.SlowClient {

	/** A client is slow once its request has waited for it longer than this in total. */
	private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** The shortest time between two checks whether the client has left. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/** How long a request may compute without a turn. */
	private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long TURN_PATIENCE_MILLIS = 1000;

	private final RequestLimits limits;

	private final String address;

	private final Runnable firstTurnEnd;

	private final ClientConnection connection;

	private final LongSupplier nanoTime;

	private final SlowClients slowClients;

	private final RequestObserver observer;

	private final RequestMemory memory;

	private final RequestBudget budget;

	private final MinimumDataRate bodyRate;

	private final MinimumDataRate replyRate;

	private final BooleanSupplier stopping;

	private final Turns turns;

	private long lookedNanos;

	/** Whether a check has found that the client has left. */
	private boolean left;

	/** When the request last began to compute after waiting for its client. */
	private long computingNanos;

	/** How long it had computed before that. */
	private long computedNanos;

	private boolean hasTurn;

	private long turnNanos;

	private volatile boolean ended;

	Visit(HttpServletRequest request, ClientConnection connection, Turns turns, BooleanSupplier stopping,
			RequestLimits limits, HeapBudget heap, RequestObserver observer, LongSupplier nanoTime) {
		this.limits = limits;
		this.address = String.valueOf(request.getRemoteAddr());
		this.firstTurnEnd = () -> FirstTurns.end(request);
		this.connection = connection;
		this.nanoTime = nanoTime;
		this.slowClients = heap.slowClients();
		this.observer = observer;
		this.memory = new RequestMemory(heap, this::endTurn);
		this.stopping = stopping;
		this.turns = turns;
		this.lookedNanos = nanoTime.getAsLong();
		this.computingNanos = this.lookedNanos;
		this.budget = new RequestBudget(limits.maxTime(), limits.maxWork(), nanoTime, this::takeTurnAndLook, stopping,
				this::endTurn);
		this.bodyRate = minimumRate(new Waits(false));
		this.replyRate = minimumRate(new Waits(true));
	}

	private MinimumDataRate minimumRate(MinimumDataRate.Watch watch) {
		return new MinimumDataRate(this.nanoTime, this.limits.minRate().toBytes(),
				this.limits.minRateWhenTight().toBytes(), watch);
	}

	// The budget calls this about once a millisecond while the request computes.
	private boolean takeTurnAndLook() {
		long now = this.nanoTime.getAsLong();
		if (looksLeft(now)) {
			return true;
		}
		if (this.hasTurn && now - this.turnNanos > Turns.TURN_NANOS && this.turns.areWaitedFor()) {
			endTurn();
		}
		if (!this.hasTurn && isLong(now)) {
			this.firstTurnEnd.run();
			beginTurn();
		}
		return looksLeft(this.nanoTime.getAsLong());
	}

	private boolean isLong(long now) {
		return this.computedNanos + now - this.computingNanos > MOMENT_NANOS;
	}

	private boolean looksLeft(long now) {
		if (this.ended || this.left) {
			return true;
		}
		if (now - this.lookedNanos < LOOK_NANOS) {
			return false;
		}
		this.lookedNanos = now;
		this.left = this.connection.hasLeft();
		return this.left;
	}

	// A request that has to end does so without a turn.
	private void beginTurn() {
		do {
			this.hasTurn = this.turns.begin(TURN_PATIENCE_MILLIS);
			this.turnNanos = this.nanoTime.getAsLong();
		}
		while (!this.hasTurn && !looksLeft(this.turnNanos) && !this.stopping.getAsBoolean()
				&& this.turnNanos - this.computingNanos < this.limits.maxTime().toNanos());
	}

	/**
	 * Ends the turn of this request, if it has one, so that others can compute. For its
	 * own thread.
	 */
	void endTurn() {
		this.firstTurnEnd.run();
		if (this.hasTurn) {
			this.hasTurn = false;
			this.turns.end();
		}
	}

	String address() {
		return this.address;
	}

	/**
	 * Returns how much the request may still compute.
	 * @return its budget
	 */
	public RequestBudget budget() {
		return this.budget;
	}

	/**
	 * Returns the memory that the request has reserved.
	 * @return its memory
	 */
	public RequestMemory memory() {
		return this.memory;
	}

	/**
	 * Returns how slowly the body may arrive.
	 * @return the minimum rate of the body
	 */
	public MinimumDataRate bodyRate() {
		return this.bodyRate;
	}

	/**
	 * Returns how slowly the client may take the answer.
	 * @return the minimum rate of the answer
	 */
	public MinimumDataRate replyRate() {
		return this.replyRate;
	}

	/**
	 * Returns whether the request has waited so long for its client that others may have
	 * its place.
	 * @return whether its client is slow and the request has not been ended yet
	 */
	boolean isSlow() {
		return !this.ended && waitedNanos() > SLOW_NANOS;
	}

	private long waitedNanos() {
		return this.bodyRate.waitedNanos() + this.replyRate.waitedNanos();
	}

	/**
	 * Returns how fast the client sends and receives while the request waits for it.
	 * @return bytes per second
	 */
	double rate() {
		double seconds = Math.max(1, waitedNanos()) / (double) TimeUnit.SECONDS.toNanos(1);
		return (this.bodyRate.bytes() + this.replyRate.bytes()) / seconds;
	}

	/**
	 * Returns the content of the request's body.
	 * @param request the request, whose body has not been read
	 * @return the content, decompressed as it arrives; to be closed
	 * @throws RequestProblem if it is compressed with an unknown coding
	 * @throws IOException if there is no body
	 */
	public InputStream body(HttpServletRequest request) throws IOException {
		ContentCoding coding = ContentCoding.of(request);
		long started = this.nanoTime.getAsLong();
		RequestBody.Bound bound = (bytes) -> check(bytes, started);
		return new BoundedContent(coding.decode(new RequestBody(request.getInputStream(), this.bodyRate, bound)), bound,
				this.budget);
	}

	private void check(long bytes, long started) {
		if (bytes > this.limits.maxBody().toBytes()) {
			throw new RequestProblem(HttpStatus.CONTENT_TOO_LARGE,
					"A body has at most " + this.limits.maxBody().toBytes() + " bytes (eardrum.requests.max-body).")
				.because(RequestObserver.Limit.BODY);
		}
		if (this.nanoTime.getAsLong() - started > this.limits.maxBodyTime().toNanos()) {
			throw new RequestProblem(HttpStatus.REQUEST_TIMEOUT, "A body takes at most "
					+ this.limits.maxBodyTime().toSeconds() + " s (eardrum.requests.max-body-time).")
				.because(RequestObserver.Limit.BODY);
		}
	}

	boolean isWaiting() {
		return this.bodyRate.isWaiting() || this.replyRate.isWaiting();
	}

	boolean isEnded() {
		return this.ended;
	}

	/**
	 * Ends the request. Any thread may call this.
	 * @param limit the reason
	 */
	void end(RequestObserver.Limit limit) {
		this.ended = true;
		this.observer.ended(limit);
		this.connection.end();
	}

	@Override
	public void endForMemory() {
		end(RequestObserver.Limit.MEMORY);
	}

	/**
	 * Tracks the waits for the client in one direction.
	 */
	private final class Waits implements MinimumDataRate.Watch {

		/** Whether the request computes after each wait, instead of waiting for more. */
		private final boolean computes;

		private boolean registered;

		Waits(boolean computes) {
			this.computes = computes;
		}

		@Override
		public void waitBegins() {
			Visit.this.computedNanos += Visit.this.nanoTime.getAsLong() - Visit.this.computingNanos;
			endTurn();
			long held = Visit.this.memory.held();
			this.registered = held > 0;
			if (this.registered) {
				Visit.this.slowClients.begin(Visit.this, held);
			}
		}

		@Override
		public boolean waitEnds(int moved) {
			if (this.registered) {
				Visit.this.slowClients.end(Visit.this);
			}
			// Time spent waiting for the client does not count against the request.
			Visit.this.budget.progress();
			long now = Visit.this.nanoTime.getAsLong();
			Visit.this.computingNanos = now;
			if (this.computes && moved > 0 && isLong(now)) {
				beginTurn();
			}
			return Visit.this.memory.isTight();
		}

		@Override
		public void tooSlow() {
			Visit.this.observer.ended(RequestObserver.Limit.RATE);
		}

	}

}

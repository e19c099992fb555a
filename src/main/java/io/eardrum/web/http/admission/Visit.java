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
 * long its client has been waited for. For the thread of the request; others may look at
 * it, and end it.
 */
public final class Visit implements SlowClients.SlowClient {

	/** A client that has been waited for longer than this in all is slow. */
	private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** How often it is looked whether the client has left, at most. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	/** What a request may compute without a turn. */
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

	/** Whether a look has found that the client has left. */
	private boolean left;

	/** Since when the request has been computing, after it has waited for its client. */
	private long computingNanos;

	/** For how long it had computed before that. */
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

	// Asked about once a millisecond while the request computes.
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

	// A request that has to end needs no turn for that.
	private void beginTurn() {
		do {
			this.hasTurn = this.turns.begin(TURN_PATIENCE_MILLIS);
			this.turnNanos = this.nanoTime.getAsLong();
		}
		while (!this.hasTurn && !looksLeft(this.turnNanos) && !this.stopping.getAsBoolean()
				&& this.turnNanos - this.computingNanos < this.limits.maxTime().toNanos());
	}

	/**
	 * Lets others compute, if they have to wait for this request. For its own thread.
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
	 * Returns what the request may still compute.
	 * @return its budget
	 */
	public RequestBudget budget() {
		return this.budget;
	}

	/**
	 * Returns what the request has reserved.
	 * @return its memory
	 */
	public RequestMemory memory() {
		return this.memory;
	}

	/**
	 * Returns how slowly the body may come.
	 * @return the rate of the body
	 */
	public MinimumDataRate bodyRate() {
		return this.bodyRate;
	}

	/**
	 * Returns how slowly the answer may be taken.
	 * @return the rate of the answer
	 */
	public MinimumDataRate replyRate() {
		return this.replyRate;
	}

	/**
	 * Returns whether the client has been waited for so long that others may have its
	 * place.
	 * @return whether it is slow, and has not been ended yet
	 */
	boolean isSlow() {
		return !this.ended && waitedNanos() > SLOW_NANOS;
	}

	private long waitedNanos() {
		return this.bodyRate.waitedNanos() + this.replyRate.waitedNanos();
	}

	/**
	 * Returns how fast the client sends and takes, while it is waited for.
	 * @return bytes a second
	 */
	double rate() {
		double seconds = Math.max(1, waitedNanos()) / (double) TimeUnit.SECONDS.toNanos(1);
		return (this.bodyRate.bytes() + this.replyRate.bytes()) / seconds;
	}

	/**
	 * Returns the content of the body of the request.
	 * @param request the request, whose body has not been read
	 * @return the content as it comes, decompressed; to be closed
	 * @throws RequestProblem if it is compressed in a way that is not known
	 * @throws IOException if there is none
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
	 * Ends the request, on whichever thread.
	 * @param limit why
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
	 * The waits for the client, in one direction.
	 */
	private final class Waits implements MinimumDataRate.Watch {

		/** Whether what comes next is computed at once, and nothing is waited for. */
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
			// What has been waited for is not the request's time.
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

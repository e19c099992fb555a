package io.eardrum.web.reply;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.RequestBudget;
import io.eardrum.budget.RequestObserver;
import io.eardrum.budget.SlowClients;

/**
 * One request that is being answered: what it may take, what it has reserved, and how
 * long its client has been waited for. For the thread of the request; others may look at
 * it, and end it.
 */
final class Visit implements Pace.Watch, SlowClients.SlowClient {

	/** A client that has been waited for longer than this in all is slow. */
	private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** How often it is looked whether the client has left, at most. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private final RequestLimits limits;

	private final String address;

	private final ClientConnection connection;

	private final LongSupplier nanoTime;

	private final SlowClients slowClients;

	private final RequestObserver observer;

	private final RequestMemory memory;

	private final RequestBudget budget;

	private final Pace bodyPace;

	private final Pace replyPace;

	private long lookedNanos;

	private boolean registered;

	private volatile boolean ended;

	Visit(String address, ClientConnection connection, RequestGate gate, RequestLimits limits, HeapBudget heap,
			RequestObserver observer, LongSupplier nanoTime) {
		this.limits = limits;
		this.address = address;
		this.connection = connection;
		this.nanoTime = nanoTime;
		this.slowClients = heap.slowClients();
		this.observer = observer;
		this.memory = new RequestMemory(heap);
		this.lookedNanos = nanoTime.getAsLong();
		this.budget = new RequestBudget(limits.maxTime(), limits.maxWork(), nanoTime, this::hasClientLeft,
				gate::isStopping);
		this.bodyPace = pace();
		this.replyPace = pace();
	}

	private Pace pace() {
		return new Pace(this.nanoTime, this.limits.minRate().toBytes(), this.limits.minRateWhenTight().toBytes(), this);
	}

	private boolean hasClientLeft() {
		if (this.ended) {
			return true;
		}
		long now = this.nanoTime.getAsLong();
		if (now - this.lookedNanos < LOOK_NANOS) {
			return false;
		}
		this.lookedNanos = now;
		return this.connection.hasLeft();
	}

	String address() {
		return this.address;
	}

	RequestBudget budget() {
		return this.budget;
	}

	RequestMemory memory() {
		return this.memory;
	}

	Pace bodyPace() {
		return this.bodyPace;
	}

	Pace replyPace() {
		return this.replyPace;
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
		return this.bodyPace.waitedNanos() + this.replyPace.waitedNanos();
	}

	/**
	 * Returns how fast the client sends and takes, while it is waited for.
	 * @return bytes a second
	 */
	double rate() {
		double seconds = Math.max(1, waitedNanos()) / (double) TimeUnit.SECONDS.toNanos(1);
		return (this.bodyPace.bytes() + this.replyPace.bytes()) / seconds;
	}

	/**
	 * Returns the content of the body of the request.
	 * @param request the request, whose body has not been read
	 * @return the content as it comes, decompressed; to be closed
	 * @throws RequestProblem if it is compressed in a way that is not known
	 * @throws IOException if there is none
	 */
	InputStream body(HttpServletRequest request) throws IOException {
		ContentCoding coding = ContentCoding.of(request);
		long started = this.nanoTime.getAsLong();
		RequestBody.Bound bound = (bytes) -> check(bytes, started);
		return new BoundedContent(coding.decode(new RequestBody(request.getInputStream(), this.bodyPace, bound)),
				bound);
	}

	private void check(long bytes, long started) {
		if (bytes > this.limits.maxBody().toBytes()) {
			this.observer.ended(RequestObserver.Limit.BODY);
			throw new RequestProblem(HttpStatus.CONTENT_TOO_LARGE, "A body has at most "
					+ this.limits.maxBody().toBytes() + " bytes (eardrum.requests.max-body).");
		}
		if (this.nanoTime.getAsLong() - started > this.limits.maxBodyTime().toNanos()) {
			this.observer.ended(RequestObserver.Limit.BODY);
			throw new RequestProblem(HttpStatus.REQUEST_TIMEOUT,
					"A body takes at most " + this.limits.maxBodyTime().toSeconds()
							+ " s (eardrum.requests.max-body-time).");
		}
	}

	boolean isWaiting() {
		return this.bodyPace.isWaiting() || this.replyPace.isWaiting();
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
	public void waitBegins() {
		long held = this.memory.held();
		this.registered = held > 0;
		if (this.registered) {
			this.slowClients.begin(this, held);
		}
	}

	@Override
	public boolean waitEnds(int moved) {
		if (this.registered) {
			this.slowClients.end(this);
		}
		// What has been waited for is not the request's time.
		this.budget.progress();
		return this.memory.isTight();
	}

	@Override
	public void tooSlow() {
		this.observer.ended(RequestObserver.Limit.RATE);
	}

	@Override
	public void endForMemory() {
		end(RequestObserver.Limit.MEMORY);
	}

}

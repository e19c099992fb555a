package io.eardrum.storage.cassandra.request;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.DriverErrors;

/**
 * Passes requests to the cluster, and limits how many of this server are in progress at
 * once. A request beyond the limit waits for its turn, in order, and is given up after a
 * time. So a slow cluster slows its clients down, and memory stays bounded.
 * <p>
 * Safe for any number of threads. A request that consists of several consecutive ones
 * counts as one.
 */
public final class Requests {

	/** How many results, of some 100 KB each, may be fetched before they are wanted. */
	private static final int MAX_AHEAD = 128;

	/**
	 * The driver ends each request in time. This is added for the case that it doesn't.
	 */
	private static final Duration GRACE = Duration.ofSeconds(2);

	private final int limit;

	private final Duration maxWait;

	private final Duration answerTimeout;

	private final ClusterObserver observer;

	private final Semaphore turns;

	private final Semaphore ahead = new Semaphore(MAX_AHEAD);

	private final AtomicInteger waiting = new AtomicInteger();

	private volatile boolean closed;

	/**
	 * Creates the limit.
	 * @param limit how many requests may be in progress at once
	 * @param maxWait how long to wait for a turn
	 * @param requestTimeout how long the driver takes for a request at most
	 * @param observer observes the end of each request
	 */
	public Requests(int limit, Duration maxWait, Duration requestTimeout, ClusterObserver observer) {
		this.limit = limit;
		this.maxWait = maxWait;
		// A request rarely consists of more than three in a row. It may if it reads the
		// last point of a series whose last buckets are empty.
		this.answerTimeout = requestTimeout.multipliedBy(3).plus(GRACE);
		this.observer = observer;
		this.turns = new Semaphore(limit, true);
	}

	/**
	 * Sends a request when it is its turn.
	 * @param <T> the type of the answer
	 * @param kind what the request is for
	 * @param request sends it
	 * @return the answer
	 * @throws StorageException if the store is closed
	 * @throws CongestionException if the turn doesn't come
	 */
	public <T> CompletableFuture<T> send(ClusterObserver.Request kind, Supplier<CompletionStage<T>> request) {
		awaitTurn();
		return start(kind, request);
	}

	/**
	 * Sends a request whose answer is not wanted yet, if there is room for it.
	 * @param <T> the type of the answer
	 * @param kind what the request is for
	 * @param request sends it
	 * @return the answer, or {@code null} if the request was not sent. A caller that gets
	 * an answer calls {@link #aheadIsOver()} when it no longer keeps it
	 */
	public <T> @Nullable CompletableFuture<T> sendAhead(ClusterObserver.Request kind,
			Supplier<CompletionStage<T>> request) {
		if (!this.ahead.tryAcquire()) {
			return null;
		}
		try {
			// Waiting requests come first.
			if (this.waiting.get() > 0 || !tryTurn(Duration.ZERO)) {
				this.ahead.release();
				return null;
			}
			return start(kind, request);
		}
		catch (RuntimeException | Error ex) {
			this.ahead.release();
			throw ex;
		}
	}

	/**
	 * Makes room for another answer, because one that was sent ahead is no longer kept.
	 */
	public void aheadIsOver() {
		this.ahead.release();
	}

	private void awaitTurn() {
		// This comes first, because close() is followed by a wait for all turns, in the
		// same queue.
		checkOpen();
		if (tryTurn(Duration.ZERO)) {
			return;
		}
		this.waiting.incrementAndGet();
		try {
			if (!tryTurn(this.maxWait)) {
				throw new CongestionException("The cluster is too slow: " + this.limit
						+ " requests are in progress, and none ended in time to make room");
			}
		}
		finally {
			this.waiting.decrementAndGet();
		}
	}

	// Without a time, even a fair semaphore would ignore the threads that already wait.
	private boolean tryTurn(Duration patience) {
		try {
			return this.turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StorageException("The request was interrupted", ex);
		}
	}

	private <T> CompletableFuture<T> start(ClusterObserver.Request kind, Supplier<CompletionStage<T>> request) {
		long startNanos = System.nanoTime();
		CompletionStage<T> sent;
		try {
			checkOpen();
			sent = request.get();
		}
		catch (StorageException | Error ex) {
			this.turns.release();
			throw ex;
		}
		catch (RuntimeException ex) {
			// For example, the session is closed.
			this.turns.release();
			this.observer.requestEnded(kind, false, System.nanoTime() - startNanos);
			throw failure(ex);
		}
		CompletableFuture<T> answer = new CompletableFuture<>();
		sent.whenComplete((result, failure) -> {
			this.turns.release();
			try {
				this.observer.requestEnded(kind, failure == null, System.nanoTime() - startNanos);
			}
			finally {
				if (failure != null) {
					answer.completeExceptionally(failure);
				}
				else {
					answer.complete(result);
				}
			}
			endIfOutOfMemory(failure);
		});
		return answer;
	}

	// No thread waits for the answers after the first one that failed, and the driver
	// would catch the error if it were thrown here.
	private static void endIfOutOfMemory(@Nullable Throwable failure) {
		OutOfMemoryError error = DriverErrors.outOfMemory(failure);
		if (error != null) {
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new StorageException("the store is closed");
		}
	}

	/**
	 * Waits for an answer.
	 * @param <T> its type
	 * @param answer the answer
	 * @return the answer
	 * @throws StorageException if the request failed, with the driver's exception as its
	 * cause
	 * @throws OutOfMemoryError if that is the reason for the failure
	 */
	public <T> T await(CompletableFuture<T> answer) {
		try {
			return answer.get(this.answerTimeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StorageException("The request was interrupted", ex);
		}
		catch (TimeoutException ex) {
			throw new StorageException("The driver gave no answer within " + this.answerTimeout, ex);
		}
		catch (ExecutionException ex) {
			throw failure(ex.getCause());
		}
	}

	private static StorageException failure(@Nullable Throwable cause) {
		DriverErrors.throwIfOutOfMemory(cause);
		if (cause instanceof StorageException storage) {
			return storage;
		}
		return new StorageException("The cluster did not serve the request: " + DriverErrors.describe(cause), cause);
	}

	/**
	 * Refuses all further requests.
	 */
	public void close() {
		this.closed = true;
	}

	/**
	 * Returns how many requests are in progress.
	 * @return the number of requests
	 */
	public int active() {
		return this.limit - this.turns.availablePermits();
	}

	/**
	 * Returns how many requests may be in progress at once.
	 * @return the number of requests
	 */
	public int limit() {
		return this.limit;
	}

	/**
	 * Returns how many threads are waiting for their turn.
	 * @return the number of threads
	 */
	public int waiting() {
		return this.waiting.get();
	}

	/**
	 * Waits until no request is in progress.
	 * @param patience how long to wait
	 * @return whether none is in progress
	 */
	public boolean awaitNone(Duration patience) {
		try {
			boolean none = this.turns.tryAcquire(this.limit, patience.toNanos(), TimeUnit.NANOSECONDS);
			if (none) {
				this.turns.release(this.limit);
			}
			return none;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}

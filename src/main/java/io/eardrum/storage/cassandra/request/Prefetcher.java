package io.eardrum.storage.cassandra.request;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;

/**
 * Fetches one thing after the other, in order, and some of the next ones while the caller
 * works on one. Otherwise each would cost a round trip to the cluster. How far it goes
 * ahead is limited here, and for all readers together by {@link Requests}. Used by one
 * thread.
 *
 * @param <T> the type of the things
 */
public final class Prefetcher<T> implements AutoCloseable {

	private final Requests requests;

	private final Iterator<Supplier<CompletionStage<T>>> fetches;

	private final Deque<Fetched<T>> pending = new ArrayDeque<>();

	/** The next request, which has not been sent yet. */
	private @Nullable Supplier<CompletionStage<T>> peeked;

	private int depth;

	/**
	 * Creates a prefetcher, which fetches nothing yet.
	 * @param requests limits the requests
	 * @param fetches each one sends the requests for one thing
	 * @param depth how many things are fetched at once, 1 or more
	 */
	public Prefetcher(Requests requests, Iterator<Supplier<CompletionStage<T>>> fetches, int depth) {
		this.requests = requests;
		this.fetches = fetches;
		this.depth = depth;
	}

	/**
	 * Changes how far to go ahead.
	 * @param count how many things are fetched at once; 0 means none until it is wanted
	 */
	public void depth(int count) {
		this.depth = count;
	}

	/**
	 * Sends as many requests as the depth allows.
	 */
	void fetchAhead() {
		while (this.pending.size() < this.depth && hasMore()) {
			if (!sendAhead()) {
				return;
			}
		}
	}

	private boolean hasMore() {
		return this.peeked != null || this.fetches.hasNext();
	}

	private boolean sendAhead() {
		Supplier<CompletionStage<T>> fetch = peek();
		CompletableFuture<T> answer = this.requests.sendAhead(ClusterObserver.Request.READ, fetch);
		if (answer == null) {
			return false;
		}
		this.peeked = null;
		this.pending.add(new Fetched<>(answer, true));
		return true;
	}

	private Supplier<CompletionStage<T>> peek() {
		Supplier<CompletionStage<T>> fetch = this.peeked;
		if (fetch == null) {
			fetch = this.fetches.next();
			this.peeked = fetch;
		}
		return fetch;
	}

	/**
	 * Waits for the next thing and returns it.
	 * @return the next thing, or {@code null} after the last one
	 * @throws StorageException if it can't be fetched
	 */
	public @Nullable T next() {
		if (this.pending.isEmpty()) {
			if (!hasMore()) {
				return null;
			}
			Supplier<CompletionStage<T>> fetch = peek();
			this.peeked = null;
			this.pending.add(new Fetched<>(this.requests.send(ClusterObserver.Request.READ, fetch), false));
		}
		fetchAhead();
		Fetched<T> first = this.pending.remove();
		try {
			return this.requests.await(first.answer);
		}
		finally {
			over(first);
		}
	}

	private void over(Fetched<T> fetched) {
		if (fetched.ahead) {
			this.requests.aheadIsOver();
		}
	}

	/**
	 * Drops what was fetched ahead.
	 */
	@Override
	public void close() {
		this.pending.forEach(this::over);
		this.pending.clear();
	}

	private record Fetched<T>(CompletableFuture<T> answer, boolean ahead) {
	}

}

package io.eardrum.storage.cassandra.point;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointSink;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.PendingRead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.request.Requests;

/**
 * A read whose first request has been sent ahead. The room for answers that nobody has
 * taken yet is limited for all readers together. Used by one thread at a time.
 *
 * @param <T> the type of the first answer
 */
public final class BegunRead<T> implements PendingRead {

	private final Requests requests;

	private final CompletableFuture<T> answer;

	private final Passing<T> passing;

	private boolean over;

	private BegunRead(Requests requests, CompletableFuture<T> answer, Passing<T> passing) {
		this.requests = requests;
		this.answer = answer;
		this.passing = passing;
	}

	/**
	 * Begins a read, if there is room for its answer and it need not wait for its turn.
	 * @param <T> the type of the first answer
	 * @param requests limits the requests
	 * @param request sends the first request
	 * @param passing passes its answer on, and all that follows it
	 * @return the read, or {@code null} if it was not begun
	 */
	public static <T> @Nullable PendingRead begin(Requests requests, Supplier<CompletionStage<T>> request,
			Passing<T> passing) {
		try {
			CompletableFuture<T> answer = requests.sendAhead(ClusterObserver.Request.READ, request);
			return (answer != null) ? new BegunRead<>(requests, answer, passing) : null;
		}
		catch (StorageException ex) {
			// A read that waits for its turn tells the caller why.
			return null;
		}
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // The action is all that follows.
	public void whenArrived(Runnable action) {
		this.answer.whenComplete((result, failure) -> action.run());
	}

	@Override
	public void read(PointSink sink) throws IOException {
		T result;
		try {
			result = this.requests.await(this.answer);
		}
		finally {
			close();
		}
		this.passing.pass(result, sink);
	}

	@Override
	public void close() {
		if (!this.over) {
			this.over = true;
			this.requests.aheadIsOver();
		}
	}

	/**
	 * Passes on points.
	 *
	 * @param <T> the type of the first answer
	 */
	@FunctionalInterface
	public interface Passing<T> {

		/**
		 * Passes on the points of an answer, and of those that follow it.
		 * @param answer the first answer
		 * @param sink takes the points
		 * @throws IOException if the sink throws it
		 */
		void pass(T answer, PointSink sink) throws IOException;

	}

}

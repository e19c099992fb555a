package io.eardrum.server;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

/**
 * The puts that a thread of a {@link FrameLoop} has to commit, and the connections that
 * it has to answer behind that. It passes from thread to thread as one piece, and does
 * not know whether its thread leads the loop. Used by one thread at a time.
 */
final class PendingWork {

	private Round round;

	private final Queue<FrameConnection> unanswered = new ArrayDeque<>();

	/** Since when there are connections to answer; meaningless while there are none. */
	private long heldSinceNanos;

	PendingWork() {
		this(new Round());
	}

	PendingWork(Round round) {
		this.round = round;
	}

	Round round() {
		return this.round;
	}

	/**
	 * Adds a connection whose frame has been executed.
	 * @param connection the connection, to be answered once the round is committed
	 * @param executedNanos when the execution began, by {@link System#nanoTime()}
	 */
	void add(FrameConnection connection, long executedNanos) {
		if (this.unanswered.isEmpty()) {
			this.heldSinceNanos = executedNanos;
		}
		this.unanswered.add(connection);
	}

	// Returns the next connection to answer, or null.
	@Nullable FrameConnection next() {
		return this.unanswered.poll();
	}

	boolean isEmpty() {
		return this.unanswered.isEmpty();
	}

	// Returns for how long the first connection has been waiting, in nanoseconds.
	long heldNanos() {
		return System.nanoTime() - this.heldSinceNanos;
	}

	// Gives up the memory of a round that has nothing in it.
	void shrink() {
		if (this.round.isEmpty()) {
			this.round = new Round();
		}
	}

}

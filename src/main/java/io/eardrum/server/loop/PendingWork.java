package io.eardrum.server.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;

/**
 * The puts that a thread of an {@link EventLoop} has to commit, and the connections that
 * it has to answer afterwards. It passes from thread to thread in one piece, and does not
 * know whether its thread leads the loop. Used by one thread at a time.
 */
final class PendingWork {

	private final Supplier<CommitGroup> groups;

	private final CommitGroup group;

	/** The connections whose replies wait for no commit. */
	private final Queue<Connection> ready = new ArrayDeque<>();

	private final Queue<Connection> unanswered = new ArrayDeque<>();

	/** Since when there are connections to answer; meaningless while there are none. */
	private long heldSinceNanos;

	/**
	 * Creates empty work.
	 * @param groups makes groups for puts
	 */
	PendingWork(Supplier<CommitGroup> groups) {
		this.groups = groups;
		this.group = groups.get();
	}

	// Returns new, empty work.
	PendingWork another() {
		return new PendingWork(this.groups);
	}

	/**
	 * Moves the connections whose replies wait for no commit.
	 * @return work with these connections, and an empty group
	 */
	PendingWork splitReady() {
		PendingWork split = another();
		split.addReady(this);
		return split;
	}

	/**
	 * Takes the connections of other work whose replies wait for no commit.
	 * @param other the other work, which has none of them afterwards
	 */
	void addReady(PendingWork other) {
		if (isEmpty()) {
			this.heldSinceNanos = other.heldSinceNanos;
		}
		this.ready.addAll(other.ready);
		other.ready.clear();
	}

	CommitGroup group() {
		return this.group;
	}

	/**
	 * Adds a connection whose frame has been executed.
	 * @param connection the connection, to be answered once the group has been committed
	 * @param executedNanos when the execution began, by {@link System#nanoTime()}
	 */
	void add(Connection connection, long executedNanos) {
		if (isEmpty()) {
			this.heldSinceNanos = executedNanos;
		}
		this.unanswered.add(connection);
	}

	/**
	 * Adds a connection whose frame has been executed, and has put nothing.
	 * @param connection the connection, to be answered before the group is committed
	 * @param executedNanos when the execution began, by {@link System#nanoTime()}
	 */
	void addReady(Connection connection, long executedNanos) {
		if (isEmpty()) {
			this.heldSinceNanos = executedNanos;
		}
		this.ready.add(connection);
	}

	// Returns the next connection to answer before the commit, or null.
	@Nullable Connection nextReady() {
		return this.ready.poll();
	}

	int readyCount() {
		return this.ready.size();
	}

	// Returns the next connection to answer after the commit, or null.
	@Nullable Connection next() {
		return this.unanswered.poll();
	}

	boolean isEmpty() {
		return this.unanswered.isEmpty() && this.ready.isEmpty();
	}

	// Returns for how long the first connection has been waiting, in nanoseconds.
	long heldNanos() {
		return System.nanoTime() - this.heldSinceNanos;
	}

}

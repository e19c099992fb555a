package io.eardrum.storage.embedded.log;

import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;

/**
 * What a thread wants to have in the log, and waits for. The {@link Committer} has them
 * in line.
 */
public abstract sealed class PendingCommit permits PendingWrite, PendingDeletion {

	private @Nullable Thread waiter;

	private @Nullable Throwable failure;

	private volatile boolean done;

	/** What lined up before this one. Used by the {@link Committer}. */
	@Nullable PendingCommit next;

	/**
	 * Turns a line around, which begins with what came last.
	 * @param newest what came last, or {@code null} if the line is empty
	 * @return what came first
	 */
	static @Nullable PendingCommit reverse(@Nullable PendingCommit newest) {
		PendingCommit reversed = null;
		PendingCommit rest = newest;
		while (rest != null) {
			PendingCommit older = rest.next;
			rest.next = reversed;
			reversed = rest;
			rest = older;
		}
		return reversed;
	}

	/**
	 * Prepares the calling thread to wait.
	 */
	void begin() {
		this.waiter = Thread.currentThread();
		this.failure = null;
		this.done = false;
	}

	void end() {
		this.waiter = null;
		this.next = null;
	}

	/**
	 * Wakes the waiting thread.
	 * @param reason why this could not be written, or {@code null} if it was written
	 */
	void complete(@Nullable Throwable reason) {
		Thread thread = this.waiter;
		this.failure = reason;
		this.done = true;
		if (thread != Thread.currentThread()) {
			LockSupport.unpark(thread);
		}
	}

	/**
	 * Waits until this is complete.
	 */
	void await() {
		boolean interrupted = false;
		while (!this.done) {
			LockSupport.park(this);
			interrupted |= Thread.interrupted();
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Throws an exception if this could not be written.
	 * @throws StorageException with the reason
	 */
	void throwFailure() {
		Throwable reason = this.failure;
		if (reason != null) {
			throw new StorageException(String.valueOf(reason.getMessage()), reason);
		}
	}

}

package io.eardrum.server.command;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.Command;
import io.eardrum.storage.PendingRead;

/**
 * The reads of consecutive commands that are on their way from other machines, so that
 * the commands of a frame do not wait one after the other. Used by one thread at a time.
 */
final class PendingReads {

	/** Each may hold a page of the store, and clients share what the store holds. */
	private static final int MAX_READS = 32;

	private final Queue<Begun> reads = new ArrayDeque<>();

	/**
	 * Adds a read.
	 * @param command the command that asked for it
	 * @param read the read, or {@code null} if it was not begun
	 * @return whether there is a read
	 */
	boolean add(Command command, @Nullable PendingRead read) {
		if (read != null) {
			this.reads.add(new Begun(command, read));
		}
		return read != null;
	}

	boolean isEmpty() {
		return this.reads.isEmpty();
	}

	boolean isFull() {
		return this.reads.size() >= MAX_READS;
	}

	// Removes the read of the first command.
	Begun remove() {
		return this.reads.remove();
	}

	/**
	 * Says what to do once all of them have arrived.
	 * @param action called once, on any thread, perhaps at once
	 */
	void whenArrived(Runnable action) {
		// Once the action has been called, this object belongs to another thread. So it
		// is not touched behind the last read.
		PendingRead[] all = this.reads.stream().map(Begun::read).toArray(PendingRead[]::new);
		AtomicInteger missing = new AtomicInteger(all.length);
		for (PendingRead read : all) {
			read.whenArrived(() -> {
				if (missing.decrementAndGet() == 0) {
					action.run();
				}
			});
		}
	}

	void clear() {
		this.reads.forEach(Begun::close);
		this.reads.clear();
	}

	/**
	 * A read that has been begun.
	 *
	 * @param command the command that asked for it
	 * @param read the read
	 */
	record Begun(Command command, PendingRead read) implements AutoCloseable {

		@Override
		public void close() {
			this.read.close();
		}

	}

}

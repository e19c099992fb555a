package io.eardrum.server.command;

import java.io.IOException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.Command;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.event.CommandCounts;
import io.eardrum.storage.PendingRead;

/**
 * Executes the reads of a frame and replies to them: at once, or behind the replies to
 * puts that have not been committed. Used by one thread at a time.
 */
final class SeriesReads {

	private final SeriesRows rows;

	private final ReplyWriter replies;

	private final PendingReplies pending;

	private final CommandCounts counts;

	private final Consumer<RuntimeException> failures;

	private final PendingReads begun = new PendingReads();

	/** Whether the store has begun a read, which it does if it is on other machines. */
	private boolean remote;

	/**
	 * Creates the reads of one frame after the other.
	 * @param rows reads from the store
	 * @param replies takes the replies
	 * @param pending takes those that come behind uncommitted puts
	 * @param counts counts the commands, and how they ended
	 * @param failures takes what the store throws
	 */
	SeriesReads(SeriesRows rows, ReplyWriter replies, PendingReplies pending, CommandCounts counts,
			Consumer<RuntimeException> failures) {
		this.rows = rows;
		this.replies = replies;
		this.pending = pending;
		this.counts = counts;
		this.failures = failures;
	}

	/**
	 * Has a read on its way, together with those begun before. No put may await its
	 * commit.
	 * @param command the command
	 * @param read the read, or {@code null} if the store has not begun it
	 * @return whether there is one
	 */
	boolean begin(Command command, @Nullable PendingRead read) {
		boolean added = this.begun.add(command, read);
		this.remote |= added;
		return added;
	}

	// Returns whether the store is on other machines, as far as that is known.
	boolean areRemote() {
		return this.remote;
	}

	// Returns the reads that are on their way.
	PendingReads begun() {
		return this.begun;
	}

	void forget() {
		this.begun.clear();
	}

	/**
	 * Replies to the reads that are on their way, and waits for them if necessary.
	 * @param turn the turn of the frame
	 * @throws IOException if the client can't be reached, or a reply can't be finished
	 */
	void finish(Turn turn) throws IOException {
		while (!this.begun.isEmpty()) {
			try (PendingReads.Begun first = this.begun.remove()) {
				read(first.command(), () -> first.read().read(this.rows), turn);
			}
		}
	}

	/**
	 * Reads and replies. No put may await its commit.
	 * @param command the command
	 * @param reading what it reads
	 * @param turn the turn of the frame
	 * @throws IOException if the client can't be reached, or the reply can't be finished
	 */
	void read(Command command, Reading reading, Turn turn) throws IOException {
		read(command, reading, turn, this.replies);
	}

	/**
	 * Reads before the puts of the frame are committed, which are
	 * {@linkplain PendingReplies#setAside set aside}. The reply is kept with theirs.
	 * @param command the command
	 * @param reading what it reads
	 * @param turn the turn of the frame
	 * @return whether there was room for the reply; if not, nothing has been done
	 * @throws IOException if the client can't be reached
	 */
	boolean readBeside(Command command, Reading reading, Turn turn) throws IOException {
		ReplyWriter target = this.pending.rows();
		if (target == null) {
			return false;
		}
		int before = target.length();
		long returned = this.counts.pointsReturned();
		this.rows.writeTo(target);
		try {
			read(command, reading, turn, target);
			this.pending.read(target.length() - before);
			return true;
		}
		catch (ReplyWriter.FullException ex) {
			target.cut(before);
			this.counts.returned(returned - this.counts.pointsReturned());
			return false;
		}
		finally {
			this.rows.writeTo(this.replies);
		}
	}

	private void read(Command command, Reading reading, Turn turn, ReplyWriter target) throws IOException {
		long mark = target.beginRows();
		turn.beginRead();
		try {
			reading.run();
			target.endRows();
			this.counts.served(command, 1);
		}
		catch (RuntimeException ex) {
			this.failures.accept(ex);
			this.counts.failed(command, ErrorReason.STORAGE, 1);
			if (!target.rollBack(mark)) {
				// Rows have left already: only a broken connection can tell the client.
				throw new ReplyCutException(ex);
			}
			target.storageUnavailable(1);
		}
		finally {
			turn.endRead();
		}
	}

	/**
	 * Reads from the store.
	 */
	interface Reading {

		void run() throws IOException;

	}

}

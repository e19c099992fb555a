package io.eardrum.server.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.eardrum.budget.HeapShare;

/**
 * Limits the memory that connections hold for input that their clients have begun but not
 * finished: lines, and records of TLS. A client may take its time, as a person who types
 * does. Only when all connections together have nearly used up the limit, those that have
 * begun the longest ago are reset.
 * <p>
 * Safe for any number of threads.
 */
public final class UnfinishedInputLimit {

	private final HeapShare share;

	private final Consumer<Consumer<? super Client>> clients;

	/** Held by the thread that looks for the connections to be reset. */
	private final ReentrantLock look = new ReentrantLock();

	/**
	 * Creates a limit.
	 * @param share how much all connections together may hold
	 * @param clients passes all clients to a consumer
	 */
	public UnfinishedInputLimit(HeapShare share, Consumer<Consumer<? super Client>> clients) {
		this.share = share;
		this.clients = clients;
	}

	/**
	 * Counts that a connection holds more or less than before.
	 * @param bytes how much more, in bytes; negative if it holds less
	 */
	public void change(long bytes) {
		if (bytes < 0) {
			this.share.release(-bytes);
			return;
		}
		this.share.force(bytes);
		if (isNearlyFull() && this.look.tryLock()) {
			try {
				endOldest();
			}
			finally {
				this.look.unlock();
			}
		}
	}

	/**
	 * Returns how much memory all connections hold for unfinished input.
	 * @return the memory in bytes
	 */
	public long heldBytes() {
		return this.share.usedBytes();
	}

	private boolean isNearlyFull() {
		long used = this.share.usedBytes();
		return used > this.share.maxBytes() / 4 * 3
				|| (used > this.share.minBytes() && this.share.freeBytes() < this.share.maxBytes() / 8);
	}

	// Resets a quarter at once; otherwise each new line would have all connections looked
	// at.
	private void endOldest() {
		List<Unfinished> all = new ArrayList<>();
		this.clients.accept((client) -> {
			long bytes = client.unfinishedBytes();
			if (bytes > 0) {
				all.add(new Unfinished(client, bytes, client.unfinishedNanos()));
			}
		});
		all.sort(Comparator.comparingLong(Unfinished::nanos).reversed());
		long excess = this.share.usedBytes() / 4;
		for (Unfinished oldest : all) {
			if (excess <= 0) {
				return;
			}
			excess -= oldest.bytes();
			oldest.client().endForUnfinishedInput();
		}
	}

	/**
	 * The client of a connection, which may have begun to send something.
	 */
	public interface Client {

		/**
		 * Returns how much its connection holds for unfinished input.
		 * @return the memory in bytes
		 */
		long unfinishedBytes();

		/**
		 * Returns for how long its connection has held it.
		 * @return the time in nanoseconds
		 */
		long unfinishedNanos();

		/**
		 * Resets its connection, because others need the memory.
		 */
		void endForUnfinishedInput();

	}

	/**
	 * What one connection holds.
	 *
	 * @param client its client
	 * @param bytes how much, in bytes
	 * @param nanos for how long, in nanoseconds
	 */
	private record Unfinished(Client client, long bytes, long nanos) {

	}

}

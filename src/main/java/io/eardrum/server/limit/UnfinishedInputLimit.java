package io.eardrum.server.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.eardrum.budget.HeapShare;

/**
 * The memory that connections hold for what their clients have begun to send and not
 * finished: lines, and records of TLS. A client may take its time, as somebody does who
 * types. Only when all of them together have nearly used up what they may, those that
 * have begun longest ago are reset.
 * <p>
 * Safe for any number of threads.
 */
public final class UnfinishedInputLimit {

	private final HeapShare share;

	private final Consumer<Consumer<? super Client>> clients;

	/** Held by the thread that looks for the connections to be reset. */
	private final ReentrantLock look = new ReentrantLock();

	/**
	 * Creates an account that is empty.
	 * @param share how much all of them together may hold
	 * @param clients passes all clients on
	 */
	public UnfinishedInputLimit(HeapShare share, Consumer<Consumer<? super Client>> clients) {
		this.share = share;
		this.clients = clients;
	}

	/**
	 * Notes that a connection holds more or less than before.
	 * @param bytes how much more, in bytes; less than 0 for less
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

	public long heldBytes() {
		return this.share.usedBytes();
	}

	private boolean isNearlyFull() {
		long used = this.share.usedBytes();
		return used > this.share.maxBytes() / 4 * 3
				|| (used > this.share.minBytes() && this.share.freeBytes() < this.share.maxBytes() / 8);
	}

	// A quarter of them at once, or each new line would have all connections looked at.
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
		 * Returns how much its connection holds.
		 * @return the number of bytes
		 */
		long unfinishedBytes();

		/**
		 * Returns for how long it has.
		 * @return the time in nanoseconds
		 */
		long unfinishedNanos();

		/**
		 * Resets its connection: others need the memory.
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

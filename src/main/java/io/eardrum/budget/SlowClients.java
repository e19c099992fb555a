package io.eardrum.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The clients that the server waits for while memory is reserved for them, because they
 * don't take their reply or don't send the rest of their request. When others need that
 * memory, the clients that have kept the server waiting longest are disconnected. A
 * client that makes progress causes short waits only, so it is not disconnected.
 * <p>
 * Safe for any number of threads.
 */
public final class SlowClients {

	/** A client that keeps the server waiting for less than this is not slow. */
	static final Duration GRACE = Duration.ofSeconds(1);

	private final LongSupplier nanoTime;

	private final ReentrantLock lock = new ReentrantLock();

	/** The current waits, the longest first. */
	private final Map<SlowClient, Wait> waits = new LinkedHashMap<>();

	SlowClients(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Begins a wait for a client. If there was one already, it starts again, and the
	 * client goes to the end of the order.
	 * @param client the client
	 * @param bytes how much memory is reserved for it
	 */
	public void begin(SlowClient client, long bytes) {
		this.lock.lock();
		try {
			this.waits.remove(client);
			this.waits.put(client, new Wait(this.nanoTime.getAsLong(), bytes));
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends the wait for a client.
	 * @param client the client
	 */
	public void end(SlowClient client) {
		this.lock.lock();
		try {
			this.waits.remove(client);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Disconnects the clients that have kept the server waiting longest.
	 * @param bytes how much memory they should hold together
	 * @return how much memory they hold, which may be less
	 */
	long endLongest(long bytes) {
		List<SlowClient> ended = new ArrayList<>();
		long held = 0;
		this.lock.lock();
		try {
			long now = this.nanoTime.getAsLong();
			Iterator<Map.Entry<SlowClient, Wait>> each = this.waits.entrySet().iterator();
			while (held < bytes && each.hasNext()) {
				Map.Entry<SlowClient, Wait> longest = each.next();
				if (now - longest.getValue().sinceNanos() < GRACE.toNanos()) {
					break;
				}
				ended.add(longest.getKey());
				held += longest.getValue().bytes();
				each.remove();
			}
		}
		finally {
			this.lock.unlock();
		}
		ended.forEach(SlowClient::endForMemory);
		return held;
	}

	private record Wait(long sinceNanos, long bytes) {

	}

	/**
	 * A client that can be disconnected.
	 */
	@FunctionalInterface
	public interface SlowClient {

		/**
		 * Ends the connection of the client, because others need the memory that is
		 * reserved for it. It is called on another thread than the client's, without a
		 * lock, and must not block.
		 */
		void endForMemory();

	}

}

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
 * The clients that are waited for while memory is reserved for them: they don't take
 * their reply, or don't send the rest of their request. When others need that memory, the
 * clients that have been waited for longest are ended. A client that goes on makes each
 * wait a short one, so it is not ended.
 * <p>
 * Safe for any number of threads.
 */
public final class SlowClients {

	/** A client that is waited for less long than this is not slow. */
	static final Duration GRACE = Duration.ofSeconds(1);

	private final LongSupplier nanoTime;

	private final ReentrantLock lock = new ReentrantLock();

	/** By how long they have been waited for, the longest first. */
	private final Map<SlowClient, Wait> waits = new LinkedHashMap<>();

	SlowClients(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Notes that a client is waited for from now on. One that was before goes to the end
	 * of the line.
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
	 * Notes that a client is not waited for any more.
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
	 * Ends those that have been waited for longest.
	 * @param bytes how much memory they should hold together
	 * @return how much they hold, which may be less
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
	 * A client that can be ended.
	 */
	@FunctionalInterface
	public interface SlowClient {

		/**
		 * Ends the connection of the client, because others need the memory that is
		 * reserved for it. Called on another thread than the client's, without a lock,
		 * and must not wait.
		 */
		void endForMemory();

	}

}

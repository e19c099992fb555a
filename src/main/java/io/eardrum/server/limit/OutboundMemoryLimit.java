package io.eardrum.server.limit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.SlowClients;

/**
 * Limits the memory that connections hold while their clients don't read their replies.
 * Beyond the limit, the connections that have waited the longest are reset. A client that
 * reads keeps each wait short, so one that never reads is the first to go. The limit is
 * less than the share when other uses have taken the memory that all uses of the heap
 * have in common. A thread that waits for memory of another use also has the slowest of
 * these clients reset.
 * <p>
 * Safe for any number of threads.
 */
public final class OutboundMemoryLimit {

	private final HeapShare share;

	private final SlowClients slowClients;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * How much each of them holds, in bytes; the one that has waited the longest comes
	 * first.
	 */
	private final Map<SlowClients.SlowClient, Long> waiting = new LinkedHashMap<>();

	/**
	 * Creates a limit.
	 * @param share how much all connections together may hold; the one that has begun to
	 * wait last always may hold what it has
	 * @param slowClients registers them as clients that others wait for when they need
	 * memory
	 */
	public OutboundMemoryLimit(HeapShare share, SlowClients slowClients) {
		this.share = share;
		this.slowClients = slowClients;
	}

	/**
	 * Returns whether connections should hold no more than they need, even if that takes
	 * time.
	 * @return whether half of the limit is in use
	 */
	public boolean isTight() {
		return this.share.isTight();
	}

	/**
	 * Returns how much memory all waiting connections hold.
	 * @return the memory in bytes
	 */
	public long heldBytes() {
		return this.share.usedBytes();
	}

	/**
	 * Must be called before a connection waits.
	 * @param connection the connection, which is reset if others need what it holds
	 * @param bytes how much it holds, in bytes
	 */
	public void begin(SlowClients.SlowClient connection, long bytes) {
		List<SlowClients.SlowClient> tooMany = new ArrayList<>();
		long released = 0;
		this.share.force(bytes);
		this.lock.lock();
		try {
			this.waiting.put(connection, bytes);
			while (this.share.freeBytes() + released < 0 && this.waiting.size() > 1) {
				Map.Entry<SlowClients.SlowClient, Long> longest = this.waiting.entrySet().iterator().next();
				tooMany.add(longest.getKey());
				released += longest.getValue();
				this.waiting.remove(longest.getKey());
			}
		}
		finally {
			this.lock.unlock();
		}
		this.share.release(released);
		this.slowClients.begin(connection, bytes);
		for (SlowClients.SlowClient each : tooMany) {
			this.slowClients.end(each);
			each.endForMemory();
		}
	}

	/**
	 * Must be called after a connection has waited.
	 * @param connection the connection
	 */
	public void end(SlowClients.SlowClient connection) {
		this.slowClients.end(connection);
		Long bytes;
		this.lock.lock();
		try {
			bytes = this.waiting.remove(connection);
		}
		finally {
			this.lock.unlock();
		}
		if (bytes != null) {
			this.share.release(bytes);
		}
	}

}

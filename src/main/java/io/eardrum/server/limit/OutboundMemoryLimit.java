package io.eardrum.server.limit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.eardrum.budget.HeapShare;
import io.eardrum.budget.SlowClients;

/**
 * The memory that connections hold while their clients don't take their replies. Beyond a
 * limit, those that have waited for longest are reset: a client that reads makes each
 * wait a short one, and one that never reads is the first to go. The limit is less than
 * the share where others have taken what all uses of the heap have in common; and who
 * waits for memory of any other use has the slowest of these clients reset as well.
 * <p>
 * Safe for any number of threads.
 */
public final class OutboundMemoryLimit {

	private final HeapShare share;

	private final SlowClients slowClients;

	private final ReentrantLock lock = new ReentrantLock();

	/** How much each of them holds, in bytes; who has waited for longest comes first. */
	private final Map<SlowClients.SlowClient, Long> waiting = new LinkedHashMap<>();

	/**
	 * Creates an account that is empty.
	 * @param share how much all of them together may hold; the one that has begun to wait
	 * last always may
	 * @param slowClients knows them as clients that memory waits for
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

	public long heldBytes() {
		return this.share.usedBytes();
	}

	/**
	 * Has to be called before a connection waits.
	 * @param connection the connection, to be reset if others need what it holds
	 * @param bytes how much it holds
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
	 * Has to be called after a connection has waited.
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

package io.eardrum.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that connections hold while their clients don't take their replies. Beyond a
 * limit, those that have waited for longest are reset: a client that reads makes each
 * wait a short one, and one that never reads is the first to go.
 * <p>
 * Safe for any number of threads.
 */
final class UnreadReplies {

	private final long limitBytes;

	private final ReentrantLock lock = new ReentrantLock();

	/** How much each of them holds, in bytes; who has waited for longest comes first. */
	private final Map<FrameConnection, Long> waiting = new LinkedHashMap<>();

	private volatile long heldBytes;

	/**
	 * Creates an account that is empty.
	 * @param limitBytes how much all of them together may hold, in bytes; the one that
	 * has begun to wait last always may
	 */
	UnreadReplies(long limitBytes) {
		this.limitBytes = limitBytes;
	}

	/**
	 * Tells whether connections should hold no more than they need, even if that takes
	 * time.
	 * @return whether half of the limit is in use
	 */
	boolean isTight() {
		return this.heldBytes > this.limitBytes / 2;
	}

	long heldBytes() {
		return this.heldBytes;
	}

	/**
	 * Has to be called before a connection waits.
	 * @param connection the connection
	 * @param bytes how much it holds
	 */
	void begin(FrameConnection connection, long bytes) {
		List<FrameConnection> tooMany = new ArrayList<>();
		this.lock.lock();
		try {
			this.waiting.put(connection, bytes);
			long held = this.heldBytes + bytes;
			while (held > this.limitBytes && this.waiting.size() > 1) {
				Map.Entry<FrameConnection, Long> longest = this.waiting.entrySet().iterator().next();
				tooMany.add(longest.getKey());
				held -= longest.getValue();
				this.waiting.remove(longest.getKey());
			}
			this.heldBytes = held;
		}
		finally {
			this.lock.unlock();
		}
		tooMany.forEach((each) -> each.reset(ResetReason.UNREAD_REPLIES));
	}

	/**
	 * Has to be called after a connection has waited.
	 * @param connection the connection
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	void end(FrameConnection connection) {
		this.lock.lock();
		try {
			Long bytes = this.waiting.remove(connection);
			if (bytes != null) {
				this.heldBytes -= bytes;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

}

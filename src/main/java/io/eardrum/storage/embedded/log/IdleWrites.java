package io.eardrum.storage.embedded.log;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps some {@link PendingWrite}s for reuse. Ten thousand connections may once have put
 * at the same time, so the number of kept writes and the memory that they hold are
 * limited.
 * <p>
 * Safe for any number of threads.
 */
public final class IdleWrites {

	private static final int MAX_WRITES = 64;

	private final long maxBytes;

	private final ConcurrentLinkedQueue<PendingWrite> writes = new ConcurrentLinkedQueue<>();

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicLong bytes = new AtomicLong();

	/**
	 * Creates an empty pool.
	 * @param maxBytes how many bytes of memory the kept writes may hold
	 */
	public IdleWrites(long maxBytes) {
		this.maxBytes = maxBytes;
	}

	public PendingWrite take() {
		PendingWrite write = this.writes.poll();
		if (write == null) {
			return new PendingWrite();
		}
		forget(write.heldBytes());
		return write;
	}

	/**
	 * Keeps a write, or leaves it to the garbage collector.
	 * @param write the write, which its user no longer touches
	 */
	public void giveBack(PendingWrite write) {
		long held = write.heldBytes();
		boolean few = this.count.incrementAndGet() <= MAX_WRITES;
		if (this.bytes.addAndGet(held) <= this.maxBytes && few) {
			this.writes.add(write);
		}
		else {
			forget(held);
		}
	}

	private void forget(long held) {
		this.count.decrementAndGet();
		this.bytes.addAndGet(-held);
	}

	// Returns how much memory the kept writes hold, in bytes.
	long heldBytes() {
		return this.bytes.get();
	}

}

package io.eardrum.web.http.admission;

import java.time.Duration;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapExhaustedException;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;

/**
 * The memory that one request has reserved. The rest of it is released when the request
 * ends.
 * <p>
 * For the thread of the request. Other threads may only ask how much is reserved.
 */
public final class RequestMemory {

	/** How long a request waits for memory that others hold. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final HeapShare bodies;

	private final HeapShare queries;

	private volatile long bodyBytes;

	private volatile long queryBytes;

	private final Runnable beforeWait;

	/**
	 * Opens an account.
	 * @param heap where memory is reserved
	 * @param beforeWait called before the request waits for memory
	 */
	RequestMemory(HeapBudget heap, Runnable beforeWait) {
		this.beforeWait = beforeWait;
		this.bodies = heap.share(HeapUse.BODIES);
		this.queries = heap.share(HeapUse.QUERIES);
	}

	/**
	 * Creates an account without a request, for tests.
	 * @param heap where memory is reserved
	 * @return a new account
	 */
	public static RequestMemory of(HeapBudget heap) {
		return new RequestMemory(heap, () -> {
		});
	}

	/**
	 * Reserves memory for a body, if that much is free.
	 * @param bytes how much, 0 or more
	 * @return whether it was reserved
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public boolean tryReserveBody(long bytes) {
		if (!this.bodies.tryReserve(bytes)) {
			return false;
		}
		this.bodyBytes += bytes;
		return true;
	}

	/**
	 * Reserves memory for a body, or for data that has been read from it.
	 * @param bytes how much, 0 or more
	 * @throws HeapExhaustedException if that much does not become free within 5 s
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void reserveBody(long bytes) {
		reserve(this.bodies, bytes);
		this.bodyBytes += bytes;
	}

	private void reserve(HeapShare share, long bytes) {
		if (!share.tryReserve(bytes)) {
			this.beforeWait.run();
			share.reserve(bytes, PATIENCE);
		}
	}

	/**
	 * Releases memory for a body.
	 * @param bytes how much of what has been reserved
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void releaseBody(long bytes) {
		this.bodyBytes -= bytes;
		this.bodies.release(bytes);
	}

	/**
	 * Reserves memory for what a request looks up or computes.
	 * @param bytes how much, 0 or more
	 * @throws HeapExhaustedException if that much does not become free within 5 s
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void reserve(long bytes) {
		reserve(this.queries, bytes);
		this.queryBytes += bytes;
	}

	/**
	 * Releases memory for what has been looked up or computed.
	 * @param bytes how much of what has been reserved
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void release(long bytes) {
		this.queryBytes -= bytes;
		this.queries.release(bytes);
	}

	/**
	 * Returns how much is reserved now.
	 * @return the number of bytes
	 */
	public long held() {
		return this.bodyBytes + this.queryBytes;
	}

	/**
	 * Returns whether other requests lack memory that is reserved here.
	 * @return whether they do
	 */
	boolean isTight() {
		return (this.bodyBytes > 0 && this.bodies.isTight()) || (this.queryBytes > 0 && this.queries.isTight());
	}

	/** Releases all that has been reserved. */
	public void releaseAll() {
		releaseBody(this.bodyBytes);
		release(this.queryBytes);
	}

}

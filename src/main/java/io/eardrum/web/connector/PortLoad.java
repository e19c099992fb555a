package io.eardrum.web.connector;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the requests that are under way on an HTTP port, each of which has a thread.
 * Safe for any number of threads.
 */
final class PortLoad {

	/** With a tenth of the threads left, slow clients have to go. */
	private static final int SPARE_PART = 10;

	private final AtomicInteger requests = new AtomicInteger();

	private final int threads;

	/**
	 * Creates the load of a port without requests.
	 * @param threads how many requests may be under way at once
	 */
	PortLoad(int threads) {
		this.threads = threads;
	}

	void requestBegins() {
		this.requests.incrementAndGet();
	}

	void requestEnds() {
		this.requests.decrementAndGet();
	}

	/**
	 * Returns whether more than half of the threads are in use.
	 * @return whether they are
	 */
	boolean isBusy() {
		return this.requests.get() > this.threads / 2;
	}

	/**
	 * Returns whether hardly a thread is left.
	 * @return whether at most a tenth of them is
	 */
	boolean isTight() {
		return this.requests.get() >= this.threads - this.threads / SPARE_PART;
	}

}

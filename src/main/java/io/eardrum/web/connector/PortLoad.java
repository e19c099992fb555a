package io.eardrum.web.connector;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the requests in progress on an HTTP port. Each of them occupies a thread. Safe
 * for any number of threads.
 */
final class PortLoad {

	/** When only a tenth of the threads is left, slow clients are ended. */
	private static final int SPARE_PART = 10;

	private final AtomicInteger requests = new AtomicInteger();

	private final int threads;

	/**
	 * Creates the load of a port without requests.
	 * @param threads how many requests may be in progress at once
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
	 * Returns whether hardly any threads are left.
	 * @return whether at most a tenth of them is left
	 */
	boolean isTight() {
		return this.requests.get() >= this.threads - this.threads / SPARE_PART;
	}

}

package io.eardrum.storage.embedded.codec;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * Tells how much memory something takes, garbage included.
 */
final class AllocatedBytes {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private AllocatedBytes() {
	}

	/**
	 * Measures an action in the calling thread.
	 * @param action what to measure
	 * @return how many bytes it has allocated
	 */
	static long by(Runnable action) {
		long thread = Thread.currentThread().getId();
		long before = THREADS.getThreadAllocatedBytes(thread);
		action.run();
		return THREADS.getThreadAllocatedBytes(thread) - before;
	}

}

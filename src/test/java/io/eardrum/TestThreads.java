package io.eardrum;

import java.util.concurrent.Executor;

/**
 * Threads for what a test does at the same time.
 */
public final class TestThreads {

	/**
	 * Gives each task a thread of its own. What {@code CompletableFuture} has by itself
	 * may be a single thread, which depends on the JDK and the number of processors.
	 */
	public static final Executor NEW_THREAD = TestThreads::start;

	private TestThreads() {
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		thread.start();
	}

}

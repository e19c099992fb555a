package io.eardrum.server;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives each connection a thread for as long as it lasts, and one to the loop that
 * accepts them.
 */
final class ConnectionThreads implements Executor, AutoCloseable {

	/** Ample for what a connection does, and a tenth of what would be reserved else. */
	private static final long STACK_LENGTH = 512 * 1024;

	private final AtomicLong count = new AtomicLong();

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
			new SynchronousQueue<>(), this::thread);

	@Override
	public void execute(Runnable task) {
		try {
			this.executor.execute(task);
		}
		catch (OutOfMemoryError ex) {
			// The system gives no more threads: this client has to go, the others stay.
			if (task instanceof FrameConnection connection) {
				connection.close();
			}
			throw new RejectedExecutionException("no thread for another connection", ex);
		}
	}

	@Override
	public void close() {
		this.executor.shutdown();
	}

	private Thread thread(Runnable task) {
		Thread thread = new Thread(null, task, "eardrum-tcp-" + this.count.incrementAndGet(), STACK_LENGTH);
		thread.setDaemon(true);
		return thread;
	}

}

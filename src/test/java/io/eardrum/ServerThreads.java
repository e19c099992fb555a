package io.eardrum;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The threads of one server in the process of the tests, and what they log. What is
 * called here runs in a group of its own, which each thread that it starts is born into:
 * so servers that run at the same time can be told apart.
 */
public final class ServerThreads implements AutoCloseable {

	private final ThreadGroup group = new ThreadGroup("server");

	private final CapturedLog log = CapturedLog.ofThreads(this.group);

	/**
	 * Calls something that starts or ends threads of the server, and waits for it.
	 * @param <T> what it returns
	 * @param work what to call
	 * @return what it returns
	 */
	public <T> T call(Callable<T> work) {
		FutureTask<T> task = new FutureTask<>(work);
		new Thread(this.group, task, Thread.currentThread().getName()).start();
		try {
			return task.get();
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException failure) {
				throw failure;
			}
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (InterruptedException ex) {
			task.cancel(true);
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Runs something that starts or ends threads of the server, and waits for it.
	 * @param work what to run
	 */
	public void run(Runnable work) {
		call(() -> {
			work.run();
			return true;
		});
	}

	/**
	 * Returns the threads of the server.
	 * @return those that are alive
	 */
	public List<Thread> alive() {
		Thread[] threads = new Thread[2 * this.group.activeCount() + 100];
		return List.of(Arrays.copyOf(threads, this.group.enumerate(threads)));
	}

	/**
	 * Returns what the server has logged; it stays when this is closed.
	 * @return its log
	 */
	public CapturedLog log() {
		return this.log;
	}

	/**
	 * Ends the capture.
	 */
	@Override
	public void close() {
		this.log.close();
	}

}

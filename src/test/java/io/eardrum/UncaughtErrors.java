package io.eardrum;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What threads end with while a test runs. It takes the place of whatever else is told of
 * it in this process, and gives that back in the end. Awaitility does the same while it
 * waits, unless it is told not to.
 */
public final class UncaughtErrors implements AutoCloseable {

	private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

	private final List<Throwable> errors = new CopyOnWriteArrayList<>();

	private final String threadName;

	private UncaughtErrors(String threadName) {
		this.threadName = threadName;
	}

	/**
	 * Listens from now on.
	 * @param threadName the name of the threads to listen to
	 * @return what comes
	 */
	public static UncaughtErrors of(String threadName) {
		UncaughtErrors errors = new UncaughtErrors(threadName);
		Thread.setDefaultUncaughtExceptionHandler(errors::add);
		return errors;
	}

	private void add(Thread thread, Throwable error) {
		if (thread.getName().equals(this.threadName)) {
			this.errors.add(error);
		}
	}

	/**
	 * Returns what has come.
	 * @return the errors, in the order in which they came
	 */
	public List<Throwable> errors() {
		return this.errors;
	}

	@Override
	public void close() {
		Thread.setDefaultUncaughtExceptionHandler(this.before);
	}

}

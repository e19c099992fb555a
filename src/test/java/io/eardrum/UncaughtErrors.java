package io.eardrum;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * What threads end with while a test runs. Several tests may listen at the same time,
 * each to threads of another name. Awaitility would take their place while it waits;
 * {@link TestSession} tells it not to.
 */
public final class UncaughtErrors implements AutoCloseable {

	private static final List<UncaughtErrors> LISTENERS = new CopyOnWriteArrayList<>();

	private final List<Throwable> errors = new CopyOnWriteArrayList<>();

	private final String threadName;

	private UncaughtErrors(String threadName) {
		this.threadName = threadName;
	}

	/**
	 * Passes on to the listeners, from now on, what threads of this process end with;
	 * what nobody listens for goes where it went before.
	 */
	static void install() {
		Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
		Thread.setDefaultUncaughtExceptionHandler((thread, error) -> pass(before, thread, error));
	}

	private static void pass(Thread.@Nullable UncaughtExceptionHandler before, Thread thread, Throwable error) {
		boolean heard = false;
		for (UncaughtErrors listener : LISTENERS) {
			if (listener.threadName.equals(thread.getName())) {
				listener.errors.add(error);
				heard = true;
			}
		}
		if (heard) {
			return;
		}
		if (before != null) {
			before.uncaughtException(thread, error);
			return;
		}
		System.err.println("Exception in thread " + thread.getName());
		error.printStackTrace();
	}

	/**
	 * Listens from now on.
	 * @param threadName the name of the threads to listen to
	 * @return what comes
	 */
	public static UncaughtErrors of(String threadName) {
		UncaughtErrors errors = new UncaughtErrors(threadName);
		LISTENERS.add(errors);
		return errors;
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
		LISTENERS.remove(this);
	}

}

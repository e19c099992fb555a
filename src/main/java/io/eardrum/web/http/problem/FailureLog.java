package io.eardrum.web.http.problem;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides which failures are logged: each cause at most once in ten seconds, because a
 * client that knows a failing request can send it again and again. A cause is the type of
 * an exception and the place where it was thrown. Safe for any number of threads.
 */
public final class FailureLog {

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	/**
	 * How many causes are distinguished; while there are more, the others are not logged.
	 */
	private static final int MAX_CAUSES = 100;

	private final LongSupplier nanoTime;

	/** When each cause was last logged. */
	private final Map<String, Long> logged = new HashMap<>();

	/**
	 * Creates a log without failures.
	 * @param nanoTime a clock in nanoseconds
	 */
	public FailureLog(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Returns whether a failure is to be logged, and if so, counts it as logged.
	 * @param failure the failure
	 * @return whether its cause has not been logged in the last ten seconds
	 */
	public synchronized boolean permits(Throwable failure) {
		long now = this.nanoTime.getAsLong();
		this.logged.values().removeIf((time) -> now - time >= INTERVAL_NANOS);
		return this.logged.size() < MAX_CAUSES && this.logged.putIfAbsent(cause(failure), now) == null;
	}

	private static String cause(Throwable failure) {
		StackTraceElement[] places = failure.getStackTrace();
		return failure.getClass().getName() + ((places.length > 0) ? " at " + places[0] : "");
	}

}

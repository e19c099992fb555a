package io.eardrum.storage.cassandra.cluster;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.jspecify.annotations.Nullable;

import io.eardrum.budget.ThreadShortage;

/**
 * Says in one line what the driver means by its exceptions, and finds those among them
 * that are no failure of the cluster.
 */
public final class DriverErrors {

	/** The driver's name of the session and the channel: a new one for each attempt. */
	private static final Pattern CHANNEL = Pattern.compile("^\\[[^]]*] ");

	/** Causes may go round in a circle. */
	private static final int MAX_CAUSES = 20;

	private DriverErrors() {
	}

	/**
	 * Throws the {@link OutOfMemoryError} that caused a failure, if one did. The process
	 * has to end then, wherever the error was thrown: the driver catches what its
	 * callbacks throw, and passes it on as the failure of a request.
	 * @param failure the failure
	 */
	public static void throwIfOutOfMemory(@Nullable Throwable failure) {
		OutOfMemoryError error = outOfMemory(failure);
		if (error != null) {
			throw error;
		}
	}

	/**
	 * Returns the {@link OutOfMemoryError} that caused a failure. A shortage of threads
	 * is the same error and does not count: it passes.
	 * @param failure the failure
	 * @return the error, or {@code null} if there was memory enough
	 */
	public static @Nullable OutOfMemoryError outOfMemory(@Nullable Throwable failure) {
		return outOfMemory(failure, MAX_CAUSES);
	}

	private static @Nullable OutOfMemoryError outOfMemory(@Nullable Throwable failure, int depth) {
		if (failure == null || depth == 0) {
			return null;
		}
		if (failure instanceof OutOfMemoryError error && !ThreadShortage.is(error)) {
			return error;
		}
		if (failure instanceof AllNodesFailedException all) {
			for (List<Throwable> ofNode : all.getAllErrors().values()) {
				for (Throwable one : ofNode) {
					OutOfMemoryError error = outOfMemory(one, depth - 1);
					if (error != null) {
						return error;
					}
				}
			}
		}
		return outOfMemory(failure.getCause(), depth - 1);
	}

	/**
	 * Describes a failure.
	 * @param failure the failure
	 * @return what is wrong, for an operator to read
	 */
	public static String describe(@Nullable Throwable failure) {
		if (failure instanceof CompletionException && failure.getCause() != null) {
			return describe(failure.getCause());
		}
		if (failure instanceof AllNodesFailedException all && !all.getAllErrors().isEmpty()) {
			// That of one node tells more than that all of them failed.
			Map.Entry<Node, List<Throwable>> first = all.getAllErrors().entrySet().iterator().next();
			String node = first.getKey().getEndPoint().toString().replace("/<unresolved>", "");
			int others = all.getAllErrors().size() - 1;
			return node + ((others > 0) ? " (and " + others + " more): " : ": ") + describe(first.getValue().get(0));
		}
		if (failure == null) {
			return "unknown";
		}
		String own = text(failure);
		String why = (failure.getCause() != null) ? text(failure.getCause()) : "";
		// A connection that can't be opened says why in its cause.
		return own.contains(why) ? own : own + ": " + why;
	}

	private static String text(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? CHANNEL.matcher(message).replaceFirst("") : failure.getClass().getSimpleName();
	}

}

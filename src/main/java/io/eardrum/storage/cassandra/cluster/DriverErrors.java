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
 * Describes exceptions of the driver in one line, and finds the errors among their causes
 * that are not failures of the cluster.
 */
public final class DriverErrors {

	/**
	 * The driver's name for the session and the channel, which is new for each attempt.
	 */
	private static final Pattern CHANNEL = Pattern.compile("^\\[[^]]*] ");

	/** The chain of causes may be a circle. */
	private static final int MAX_CAUSES = 20;

	private DriverErrors() {
	}

	/**
	 * Throws the {@link OutOfMemoryError} that caused a failure, if one did. The process
	 * has to end then, wherever the error was thrown. The driver catches what its
	 * callbacks throw, and reports it as the failure of a request.
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
	 * is reported with the same error, but does not count, because it passes.
	 * @param failure the failure
	 * @return the error, or {@code null} if there was enough memory
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
	 * @return a description for an operator
	 */
	public static String describe(@Nullable Throwable failure) {
		if (failure instanceof CompletionException && failure.getCause() != null) {
			return describe(failure.getCause());
		}
		if (failure instanceof AllNodesFailedException all && !all.getAllErrors().isEmpty()) {
			// The failure of one node says more than the fact that all of them failed.
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
		// If a connection can't be opened, the cause says why.
		return own.contains(why) ? own : own + ": " + why;
	}

	private static String text(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? CHANNEL.matcher(message).replaceFirst("") : failure.getClass().getSimpleName();
	}

}

package io.eardrum.storage.cassandra;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line what the driver means by its exceptions.
 */
final class Problems {

	/** The driver's name of the session and the channel: a new one for each attempt. */
	private static final Pattern CHANNEL = Pattern.compile("^\\[[^]]*] ");

	private Problems() {
	}

	/**
	 * Describes a failure.
	 * @param failure the failure
	 * @return what is wrong, for an operator to read
	 */
	static String describe(@Nullable Throwable failure) {
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

package io.eardrum.cli.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The arguments with which the server is started: a few short options, and properties as
 * they are.
 *
 * @param properties the arguments for the application, each {@code --name=value}
 * @param check whether only to say what would be used
 */
public record ServeArguments(List<String> properties, boolean check) {

	private static final Map<String, String> SHORT = new TreeMap<>(Map.of("--host", "eardrum.tcp.host", "--port",
			"eardrum.tcp.port", "--http-host", "server.address", "--http-port", "server.port", "--graphite-port",
			"eardrum.graphite.port", "--data", "eardrum.storage.path", "--profile", "spring.profiles.active"));

	/** What the framework knows besides properties. */
	private static final List<String> FRAMEWORK = List.of("--debug", "--trace");

	private static final String CHECK = "--check";

	/**
	 * Reads arguments.
	 * @param arguments the arguments, without the word for the command
	 * @return what they mean
	 * @throws IllegalArgumentException if one is not known; it says what there is
	 */
	public static ServeArguments of(String... arguments) {
		List<String> properties = new ArrayList<>();
		boolean check = false;
		for (int i = 0; i < arguments.length; i++) {
			String argument = arguments[i];
			int equals = argument.indexOf('=');
			String name = (equals < 0) ? argument : argument.substring(0, equals);
			String property = SHORT.get(name);
			if (property != null) {
				String value = (equals >= 0) ? argument.substring(equals + 1) : next(arguments, ++i);
				if (value == null) {
					throw new IllegalArgumentException(name + " needs a value, as in " + name + "=VALUE");
				}
				properties.add("--" + property + "=" + value);
			}
			else if (argument.equals(CHECK)) {
				check = true;
			}
			else if (isProperty(name) || FRAMEWORK.contains(argument)) {
				properties.add(argument);
			}
			else {
				List<String> words = new ArrayList<>(SHORT.keySet());
				words.add(CHECK);
				throw new IllegalArgumentException("'" + argument + "' is no argument of the server"
						+ SimilarWord.among(name, words).map((meant) -> "; did you mean " + meant + "?").orElse("")
						+ "; there are " + String.join(", ", words)
						+ ", and properties such as --eardrum.tcp.port=9999");
			}
		}
		return new ServeArguments(properties, check);
	}

	private static @Nullable String next(String[] arguments, int place) {
		return (place < arguments.length && !arguments[place].startsWith("--")) ? arguments[place] : null;
	}

	private static boolean isProperty(String name) {
		return name.startsWith("--") && name.indexOf('.', 3) > 0;
	}

	/**
	 * Returns the arguments for the application.
	 * @return a new array
	 */
	public String[] toArray() {
		return this.properties.toArray(String[]::new);
	}

}

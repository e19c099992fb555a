package io.eardrum.cli.argument;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes the values of some options from the environment unless they are given. An empty
 * variable counts as one that is not set, because Compose passes unset variables on as
 * empty. So does a port that Kubernetes and Docker set beside a service of the name
 * {@code eardrum}, such as {@code EARDRUM_PORT=tcp://10.96.0.7:8888}, because it is not
 * meant for this program.
 */
public final class EnvironmentDefaults implements CommandLine.IDefaultValueProvider {

	private static final Map<String, String> VARIABLES = Map.of("--host", "EARDRUM_HOST", "--port", "EARDRUM_PORT",
			"--tls", "EARDRUM_TLS", "--ca", "EARDRUM_CA", "--cert", "EARDRUM_CERT", "--key", "EARDRUM_KEY", "--url",
			"EARDRUM_URL", "--user", "EARDRUM_HTTP_USER");

	private final Map<String, String> environment;

	/**
	 * Takes defaults from variables.
	 * @param environment the variables
	 */
	public EnvironmentDefaults(Map<String, String> environment) {
		this.environment = environment;
	}

	/**
	 * Returns the variables that this reads.
	 * @return their names
	 */
	static Set<String> variables() {
		return Set.copyOf(VARIABLES.values());
	}

	@Override
	public @Nullable String defaultValue(ArgSpec argument) {
		String variable = variable(argument);
		String value = (variable != null) ? this.environment.get(variable) : null;
		return (value == null || value.isEmpty() || value.matches("(tcp|udp|sctp)://.*")) ? null : value;
	}

	/**
	 * Returns where the value of an option comes from if it is not on the command line.
	 * @param argument the option or parameter that has the value, or {@code null} if it
	 * is not known
	 * @param words the command line
	 * @return what to append to a message about the value; empty if the value was given
	 */
	public String origin(@Nullable ArgSpec argument, String... words) {
		if (argument == null || defaultValue(argument) == null) {
			return "";
		}
		boolean given = Arrays.stream(words)
			.anyMatch((word) -> Arrays.stream(((OptionSpec) argument).names()).anyMatch(word::startsWith));
		return given ? "" : ", which comes from the variable " + variable(argument);
	}

	private static @Nullable String variable(ArgSpec argument) {
		return (argument instanceof OptionSpec option) ? VARIABLES.get(option.longestName()) : null;
	}

}

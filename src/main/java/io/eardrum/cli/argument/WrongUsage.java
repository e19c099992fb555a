package io.eardrum.cli.argument;

import java.util.Map;
import java.util.Optional;

import picocli.CommandLine;

/**
 * Says in words what is wrong with the arguments of a command.
 */
public final class WrongUsage {

	/** What other programs call the commands. */
	private static final Map<String, String> OTHER_NAMES = Map.ofEntries(Map.entry("list", "keys"),
			Map.entry("ls", "keys"), Map.entry("del", "delete"), Map.entry("remove", "delete"),
			Map.entry("rm", "delete"), Map.entry("set", "put"), Map.entry("add", "put"), Map.entry("query", "get"),
			Map.entry("dump", "export"), Map.entry("load", "import"), Map.entry("start", "serve"),
			Map.entry("run", "serve"));

	private WrongUsage() {
	}

	/**
	 * Says what is wrong.
	 * @param problem what the parser found
	 * @return one sentence without a full stop
	 */
	public static String of(CommandLine.ParameterException problem) {
		if (!(problem instanceof CommandLine.UnmatchedArgumentException unmatched)) {
			return String.valueOf(problem.getMessage());
		}
		CommandLine.Model.CommandSpec command = problem.getCommandLine().getCommandSpec();
		String word = unmatched.getUnmatched().get(0);
		if (command.parent() != null) {
			return problem.getMessage() + meant(SimilarWord.among(word, command.optionsMap().keySet()));
		}
		if (word.startsWith("-")) {
			return "'" + word + "' is before the command; options come after it, as in 'eardrum ping --port 8888'";
		}
		return "'" + word + "' is not a command" + meant(Optional.ofNullable(OTHER_NAMES.get(word))
			.or(() -> SimilarWord.among(word, command.subcommands().keySet())));
	}

	private static String meant(Optional<String> word) {
		return word.map((meant) -> "; did you mean " + meant + "?").orElse("");
	}

}

package io.eardrum.cli;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import io.eardrum.cli.terminal.Terminal;

/**
 * Prints a script that lets the shell complete commands and options.
 */
@Command(name = "completion", mixinStandardHelpOptions = true,
		description = "Print a completion script for bash and zsh.", footerHeading = "%nExamples:%n",
		footer = "  source <(eardrum completion)")
final class CompletionCommand implements Runnable {

	private final Terminal terminal;

	@Spec
	private @Nullable CommandSpec spec;

	CompletionCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		CommandLine line = Objects.requireNonNull(this.spec).parent().commandLine();
		this.terminal.out().print(AutoComplete.bash("eardrum", line));
	}

}

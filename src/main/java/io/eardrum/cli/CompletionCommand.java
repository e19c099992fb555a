package io.eardrum.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/**
 * Prints a script that lets the shell complete commands and options.
 */
@Command(name = "completion", mixinStandardHelpOptions = true,
		description = "Print a completion script for bash and zsh.", footerHeading = "%nExamples:%n",
		footer = "  source <(eardrum completion)")
final class CompletionCommand implements Runnable {

	private final Terminal terminal;

	CompletionCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		this.terminal.out().print(AutoComplete.bash("eardrum", EardrumCommand.commandLine(this.terminal)));
	}

}

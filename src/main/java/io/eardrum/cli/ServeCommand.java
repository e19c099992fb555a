package io.eardrum.cli;

import picocli.CommandLine.Command;

/**
 * Describes {@code serve}, which the application itself executes.
 */
@Command(name = ServeCommand.NAME, mixinStandardHelpOptions = true,
		description = { "Start the server, as eardrum without a command does.",
				"Every property can be given as --name=value, such as --eardrum.tcp.port=9999" })
final class ServeCommand implements Runnable {

	static final String NAME = "serve";

	@Override
	public void run() {
		throw new IllegalStateException("the application starts the server");
	}

}

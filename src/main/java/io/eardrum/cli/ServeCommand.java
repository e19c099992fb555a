package io.eardrum.cli;

import picocli.CommandLine.Command;

/**
 * Describes {@code serve}, which the application itself executes.
 */
@Command(name = ServeCommand.NAME, mixinStandardHelpOptions = true,
		description = { "Start the server, as eardrum without a command does.",
				"Every property can be given as --name=value, such as --eardrum.tcp.idle-timeout=1h" },
		footerHeading = "%nShort options, and what they stand for:%n",
		footer = { "  --host HOST           eardrum.tcp.host, where to listen for metrics",
				"  --port PORT           eardrum.tcp.port", "  --http-host HOST      server.address",
				"  --http-port PORT      server.port", "  --graphite-port PORT  eardrum.graphite.port",
				"  --data DIRECTORY      eardrum.storage.path", "  --profile NAME        spring.profiles.active",
				"  --check               say what would be used, and from where; start nothing" })
final class ServeCommand implements Runnable {

	static final String NAME = "serve";

	@Override
	public void run() {
		throw new IllegalStateException("the application starts the server");
	}

}

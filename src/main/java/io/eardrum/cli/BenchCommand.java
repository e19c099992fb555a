package io.eardrum.cli;

import java.io.IOException;
import java.io.UncheckedIOException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.load.LoadGenerator;
import io.eardrum.cli.load.LoadOptions;
import io.eardrum.cli.terminal.Terminal;

/**
 * Puts a server under load.
 */
@Command(name = "bench", mixinStandardHelpOptions = true,
		description = { "Put a server under load, and print the points acknowledged a second and the reply times.",
				"The points stay in the store: use a server that is meant for this." },
		footerHeading = "%nExamples:%n", footer = { "  eardrum bench --connections 50 --depth 1",
				"  eardrum bench stream --connections 4 --depth 500", "  eardrum bench get-all" })
final class BenchCommand implements Runnable {

	private final Terminal terminal;

	@Option(names = "--host", defaultValue = "127.0.0.1", paramLabel = "HOST",
			description = "The server's name or address (EARDRUM_HOST; ${DEFAULT-VALUE}).")
	private String host = "";

	@Option(names = "--port", defaultValue = "8888", paramLabel = "PORT",
			description = "Its TCP port (EARDRUM_PORT; ${DEFAULT-VALUE}).")
	private String port = "";

	@Option(names = "--connections", defaultValue = "8", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
	private String connections = "";

	@Option(names = "--depth", defaultValue = "16", paramLabel = "N",
			description = "Points in one write (${DEFAULT-VALUE}).")
	private String depth = "";

	@Option(names = "--series", defaultValue = "1000", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
	private String series = "";

	@Option(names = "--seconds", defaultValue = "10", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
	private String seconds = "";

	@Option(names = "--warmup", defaultValue = "3", paramLabel = "N",
			description = "Seconds before measuring (${DEFAULT-VALUE}).")
	private String warmup = "";

	@Option(names = "--start", defaultValue = "1150864247", paramLabel = "TIMESTAMP",
			description = "The first timestamp (${DEFAULT-VALUE}).")
	private String start = "";

	@Option(names = "--yes", description = "Allow a server on another machine.")
	private boolean yes;

	@Parameters(arity = "0..1", defaultValue = "window", paramLabel = "window|stream|get-all",
			description = { "window: each connection waits for all replies to a write (default);",
					"stream: replies are read while puts go on; get-all: 'get *' once." })
	private String mode = "";

	BenchCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		LoadOptions options;
		try {
			options = LoadOptions.parse(this.yes, this.mode, this.host, this.port, "--connections", this.connections,
					"--depth", this.depth, "--series", this.series, "--seconds", this.seconds, "--warmup", this.warmup,
					"--start", this.start);
		}
		catch (IllegalArgumentException ex) {
			String more = String.valueOf(ex.getMessage()).contains("is not this machine") ? "; --yes allows another one"
					: "";
			throw new IllegalArgumentException(ex.getMessage() + more, ex);
		}
		try {
			this.terminal.out().println(LoadGenerator.run(options));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(FileProblem.of(ex), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}

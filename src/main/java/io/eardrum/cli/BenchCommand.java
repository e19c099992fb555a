package io.eardrum.cli;

import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.load.LoadGenerator;
import io.eardrum.cli.load.LoadMode;
import io.eardrum.cli.load.LoadOptions;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;

/**
 * Puts a server under load.
 */
@Command(name = "bench", mixinStandardHelpOptions = true,
		description = { "Put a server under load, and print the points acknowledged a second and the reply times.",
				"It asks first if the server has points. Its own series, eardrum.bench.*, are deleted at the end",
				"if the server allows that (eardrum.tcp.delete=true), and stay otherwise." },
		footerHeading = "%nExamples:%n", footer = { "  eardrum bench --connections 50 --depth 1",
				"  eardrum bench stream --connections 4 --depth 500", "  eardrum bench get-all" })
final class BenchCommand implements Callable<Integer> {

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

	@Option(names = "--yes", description = "Do not ask, and allow a server on another machine.")
	private boolean yes;

	@Parameters(arity = "0..1", defaultValue = "window", paramLabel = "window|stream|get-all",
			description = { "window: each connection waits for all replies to a write (default);",
					"stream: replies are read while puts go on; get-all: 'get *' once." })
	private String mode = "";

	BenchCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public Integer call() throws IOException {
		LoadOptions options = options();
		boolean puts = options.mode() != LoadMode.GET_ALL;
		if (puts && !this.yes && hasPoints(options) && !isConfirmed()) {
			return this.terminal.fail(ExitStatus.FAILED, "nothing was put");
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
		finally {
			if (puts) {
				cleanUp(options);
			}
		}
		return ExitStatus.OK;
	}

	private LoadOptions options() {
		try {
			return LoadOptions.parse(this.yes, this.mode, this.host, this.port, "--connections", this.connections,
					"--depth", this.depth, "--series", this.series, "--seconds", this.seconds, "--warmup", this.warmup,
					"--start", this.start);
		}
		catch (IllegalArgumentException ex) {
			String more = String.valueOf(ex.getMessage()).contains("is not this machine") ? "; --yes allows another one"
					: "";
			throw new IllegalArgumentException(ex.getMessage() + more, ex);
		}
	}

	private MetricClient connect(LoadOptions options) {
		return MetricClient.connect(this.host, options.port());
	}

	// What an earlier run has left does not count.
	private boolean hasPoints(LoadOptions options) {
		try (MetricClient client = connect(options)) {
			client.keys("*", BenchCommand::refuseForeign);
		}
		catch (ForeignKeyException ex) {
			return true;
		}
		catch (MetricClientException ex) {
			if (ex.reason() != MetricClientException.Reason.WRONG_COMMAND) {
				throw ex;
			}
			return hasRows(options);
		}
		return false;
	}

	// An older server can't list its keys.
	private boolean hasRows(LoadOptions options) {
		try (MetricClient client = connect(options)) {
			client.getAll((key, timestamp, value) -> refuseForeign(key.toString()));
			return false;
		}
		catch (ForeignKeyException ex) {
			return true;
		}
	}

	private static void refuseForeign(String key) {
		if (!key.startsWith(LoadGenerator.KEY_PREFIX)) {
			throw new ForeignKeyException();
		}
	}

	private boolean isConfirmed() throws IOException {
		String server = this.host + ":" + this.port;
		if (!this.terminal.errIsTerminal()) {
			throw new IllegalArgumentException("the server at " + server + " has points, and bench puts load on it; "
					+ "it asks first, which needs a terminal; --yes does not ask");
		}
		return this.terminal.confirms("The server at " + server + " has points. Put load on it?");
	}

	private void cleanUp(LoadOptions options) {
		try (MetricClient client = connect(options)) {
			for (int i = 0; i < options.series(); i++) {
				client.delete(LoadGenerator.key(options, i));
			}
		}
		catch (MetricClientException ex) {
			String reason = (ex.reason() == MetricClientException.Reason.WRONG_COMMAND)
					? "the server does not allow deletes (eardrum.tcp.delete)" : String.valueOf(ex.getMessage());
			this.terminal.tell("the points of bench stay in " + LoadGenerator.KEY_PREFIX + "*: " + reason);
		}
	}

	/**
	 * The server has a series that is not of a bench.
	 */
	private static final class ForeignKeyException extends RuntimeException {

		@Serial
		private static final long serialVersionUID = 1L;

	}

}

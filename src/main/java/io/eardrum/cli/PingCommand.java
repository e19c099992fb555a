package io.eardrum.cli;

import java.util.Locale;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;

/**
 * Checks whether a server answers.
 */
@Command(name = "ping", mixinStandardHelpOptions = true,
		description = "Say whether the server answers, and how fast: one connection, one 'get'.")
final class PingCommand implements Runnable {

	/** A key that is unlikely to exist, so that the reply is short. */
	private static final String KEY = "eardrum.ping";

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	PingCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		long startNanos = System.nanoTime();
		try (MetricClient client = this.server.connect()) {
			long connectedNanos = System.nanoTime();
			TimeLimit.run(client, startNanos, this.server.timeout(), () -> ask(client));
			long answeredNanos = System.nanoTime();
			this.terminal.out()
				.printf(Locale.ROOT, "%s answers: connected in %.1f ms, replied in %.1f ms%n", this.server.address(),
						(connectedNanos - startNanos) / 1e6, (answeredNanos - connectedNanos) / 1e6);
		}
	}

	// A server that has sent one row has answered. There may be many more rows, which are
	// not needed.
	private static void ask(MetricClient client) {
		try {
			client.get(KEY, (key, timestamp, value) -> {
				throw new AnsweredException();
			});
		}
		catch (AnsweredException ex) {
			client.close();
		}
	}

	/**
	 * Ends the reading of a reply.
	 */
	private static final class AnsweredException extends RuntimeException {

	}

}

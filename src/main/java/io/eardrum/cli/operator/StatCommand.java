package io.eardrum.cli.operator;

import java.util.concurrent.TimeUnit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import io.eardrum.cli.terminal.Terminal;

/**
 * Shows the state of a server again and again.
 */
@Command(name = "stat", mixinStandardHelpOptions = true,
		description = { "Show how many points a second come and go, clients, series and disk.",
				"It goes on until Ctrl-C; without a terminal, it shows them once. It asks the HTTP port." })
public final class StatCommand implements Runnable {

	private final Terminal terminal;

	@Mixin
	private final HttpOptions server = new HttpOptions();

	@Option(names = "--interval", defaultValue = "1", paramLabel = "SECONDS",
			description = "How long to count for a rate (${DEFAULT-VALUE}).")
	private int intervalSeconds;

	@Option(names = "--count", defaultValue = "0", paramLabel = "N",
			description = "End after this many rounds; 0 means never, or one without a terminal.")
	private int count;

	/**
	 * Creates the command.
	 * @param terminal where it prints
	 */
	public StatCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		if (this.intervalSeconds < 1 || this.count < 0) {
			throw new IllegalArgumentException("--interval takes seconds, 1 or more, and --count a number, 0 or more");
		}
		int rounds = (this.count == 0 && !this.terminal.outIsTerminal()) ? 1 : this.count;
		try {
			ServerNumbers before = ask();
			for (long round = 1; !this.terminal.out().checkError(); round++) {
				TimeUnit.SECONDS.sleep(this.intervalSeconds);
				ServerNumbers now = ask();
				this.terminal.show(now.since(before, this.server.url()));
				if (round == rounds) {
					return;
				}
				before = now;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private ServerNumbers ask() {
		return ServerNumbers.parse(this.server.get("/api/stat?format=csv"));
	}

}

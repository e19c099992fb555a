package io.eardrum.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.client.MetricClient;

/**
 * Prints the newest point of some keys.
 */
@Command(name = "last", mixinStandardHelpOptions = true,
		description = "Print the newest point of each key. Status 1 if a key has none.")
final class LastCommand implements Callable<Integer> {

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
	private List<String> keys = new ArrayList<>();

	LastCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public Integer call() {
		int status = EardrumCommand.OK;
		try (MetricClient client = this.server.connect()) {
			RowText text = new RowText();
			for (String key : this.keys) {
				// The points ascend, so that the last one stays.
				if (client.get(key, text::set) > 0) {
					this.terminal.out().write(text.bytes(), 0, text.length());
				}
				else {
					this.terminal.err().println("eardrum: " + key + " has no points");
					status = EardrumCommand.FAILED;
				}
			}
		}
		return status;
	}

}

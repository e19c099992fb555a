package io.eardrum.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.client.MetricClient;

/**
 * Prints the newest point of some keys. One that is more than a day ahead is passed over
 * as long as there are others, as the server does where it is asked for last points.
 */
@Command(name = "last", mixinStandardHelpOptions = true,
		description = { "Print the newest point of each key. Status 1 if a key has none.",
				"Points more than a day ahead are passed over if there are others." })
final class LastCommand implements Callable<Integer> {

	private static final long DAY = 86_400;

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
			RowText present = new RowText();
			RowText newest = new RowText();
			for (String key : this.keys) {
				long horizon = Instant.now().getEpochSecond() + DAY;
				present.clear();
				// The points ascend, so that the last one stays.
				if (client.get(key, (found, timestamp, value) -> ((timestamp <= horizon) ? present : newest).set(found,
						timestamp, value)) > 0) {
					RowText text = (present.length() > 0) ? present : newest;
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

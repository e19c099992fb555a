package io.eardrum.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.terminal.RowPrinter;
import io.eardrum.cli.terminal.RowText;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.client.RowConsumer;
import io.eardrum.metric.SeriesKey;

/**
 * Prints the newest point of some keys. A point that is more than a day ahead is passed
 * over if there are others, as the server does when it returns last points.
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
		boolean allThere = true;
		try (MetricClient client = this.server.connect()) {
			RowPrinter printer = new RowPrinter(this.terminal.out(), this.terminal.outIsTerminal());
			for (String key : this.keys) {
				Newest newest = new Newest(Instant.now().getEpochSecond() + DAY);
				TimeLimit.run(client, System.nanoTime(), this.server.timeout(), () -> client.get(key, newest));
				if (newest.row().length() > 0) {
					printer.print(newest.row());
				}
				else {
					this.terminal.fail(ExitStatus.FAILED, key + " has no points");
					allThere = false;
				}
			}
		}
		return allThere ? ExitStatus.OK : ExitStatus.FAILED;
	}

	/**
	 * Keeps the newest point. The points ascend, so the last one remains.
	 */
	private static final class Newest implements RowConsumer {

		private final long horizon;

		private final RowText present = new RowText();

		private final RowText future = new RowText();

		private Newest(long horizon) {
			this.horizon = horizon;
		}

		@Override
		public void accept(SeriesKey key, long timestamp, double value) {
			((timestamp <= this.horizon) ? this.present : this.future).set(key, timestamp, value);
		}

		private RowText row() {
			return (this.present.length() > 0) ? this.present : this.future;
		}

	}

}

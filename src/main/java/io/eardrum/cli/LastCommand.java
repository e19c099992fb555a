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
import io.eardrum.client.MetricClientException;
import io.eardrum.client.RowConsumer;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;

/**
 * Prints the newest point of some keys. A point that is more than a day ahead is passed
 * over if there are others, as the server does when it returns last points.
 */
@Command(name = "last", mixinStandardHelpOptions = true,
		description = {
				"Print the newest point of each key, or of the keys that match a pattern. Status 1 if there is none.",
				"Points more than a day ahead are passed over if there are others." })
final class LastCommand implements Callable<Integer> {

	private static final long DAY = 86_400;

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Parameters(arity = "1..*", paramLabel = "KEY|PATTERN",
			description = "Keys and patterns. A key that is there is not taken for a pattern.")
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
				long[] found = new long[1];
				TimeLimit.run(client, System.nanoTime(), this.server.timeout(),
						() -> found[0] = print(client, key, printer));
				if (found[0] == 0) {
					this.terminal.fail(ExitStatus.FAILED, key + " has no points");
					allThere = false;
				}
			}
		}
		return allThere ? ExitStatus.OK : ExitStatus.FAILED;
	}

	// Returns how many points were printed.
	private static long print(MetricClient client, String key, RowPrinter printer) {
		try {
			Point last = key.equals("*") ? null : client.last(key);
			if (last != null) {
				printer.print(SeriesKey.of(key), last.timestamp(), last.value());
				return 1;
			}
			return GetCommand.isPattern(key) ? client.lastOfMatching(key, printer::print) : 0;
		}
		catch (MetricClientException ex) {
			if (ex.reason() != MetricClientException.Reason.WRONG_COMMAND || GetCommand.isPattern(key)) {
				throw ex;
			}
		}
		// An older server.
		Newest newest = new Newest(Instant.now().getEpochSecond() + DAY);
		client.get(key, newest);
		if (newest.row().length() == 0) {
			return 0;
		}
		printer.print(newest.row());
		return 1;
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

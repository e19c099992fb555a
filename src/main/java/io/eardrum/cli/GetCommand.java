package io.eardrum.cli;

import java.time.Clock;
import java.time.Instant;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.argument.TimeBound;
import io.eardrum.cli.terminal.RowFormat;
import io.eardrum.cli.terminal.RowPrinter;
import io.eardrum.cli.terminal.RowText;
import io.eardrum.cli.terminal.StandardOutput;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;
import io.eardrum.client.RowConsumer;
import io.eardrum.metric.TimeRange;

/**
 * Prints points.
 */
@Command(name = "get", mixinStandardHelpOptions = true,
		description = { "Print the points of a key, of the keys that match a pattern, or of all keys.",
				"It is not an error if there are none. A key that is there is not taken for a pattern.",
				"In CSV, a key that a spreadsheet would take for a formula has an apostrophe in front." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum get palm.cpu --since -1h", "  eardrum get '*' --format csv",
				"  eardrum get 'palm.*' --since -1h",
				"  eardrum get palm.cpu --since 2026-11-22T10:00:00Z --until now --format json" })
final class GetCommand implements Runnable {

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Option(names = "--format", defaultValue = "text", paramLabel = "FORMAT",
			description = "One of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
	private RowFormat format = RowFormat.text;

	@Option(names = "--since", defaultValue = "" + Long.MIN_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME", description = "No points before it: 2026-11-22T10:00:00Z, -1h, or seconds since 1970.")
	private String since = "";

	@Option(names = "--until", defaultValue = "" + Long.MAX_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME", description = "No points after it.")
	private String until = "";

	@Parameters(paramLabel = "KEY|PATTERN", description = "A key or a pattern, quoted for the shell; '*' is all keys.")
	private String key = "";

	private boolean first = true;

	GetCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		Instant now = Clock.systemUTC().instant();
		TimeRange range = new TimeRange(TimeBound.parse(this.since, now), TimeBound.parse(this.until, now));
		StandardOutput out = this.terminal.out();
		boolean isTerminal = this.terminal.outIsTerminal();
		RowPrinter rows = new RowPrinter(out, isTerminal);
		RowConsumer printer = (series, timestamp, value) -> {
			if (!range.contains(timestamp)) {
				return;
			}
			out.ensureWritable();
			if (this.format == RowFormat.text) {
				rows.print(series, timestamp, value);
			}
			else {
				this.format.row(out, this.first, this.format.key(series.toString(), isTerminal), timestamp,
						RowText.ofValue(value));
				this.first = false;
			}
		};
		try (MetricClient client = this.server.connect()) {
			this.format.begin(out);
			if (this.key.equals("*")) {
				client.getAll(printer);
			}
			else if (get(client, this.key, range, printer) == 0 && isPattern(this.key)) {
				for (String match : client.keys(this.key)) {
					get(client, match, range, printer);
				}
			}
			this.format.end(out);
		}
	}

	/**
	 * Reads the points of a series in a range.
	 * @param client the client to use
	 * @param key the key
	 * @param range the range
	 * @param printer receives the points, and from an older server also those beside the
	 * range
	 * @return how many points it received
	 */
	static long get(MetricClient client, String key, TimeRange range, RowConsumer printer) {
		if (range.equals(TimeRange.ALL)) {
			return client.get(key, printer);
		}
		try {
			return client.range(key, range.from(), range.to(), printer);
		}
		catch (MetricClientException ex) {
			if (ex.reason() != MetricClientException.Reason.WRONG_COMMAND) {
				throw ex;
			}
			// An older server sends all points, and the printer leaves some out.
			return client.get(key, printer);
		}
	}

	static boolean isPattern(String word) {
		return word.chars().anyMatch((character) -> "*?[{".indexOf(character) >= 0);
	}

}

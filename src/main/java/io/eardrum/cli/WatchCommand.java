package io.eardrum.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.terminal.RowText;
import io.eardrum.cli.terminal.Sparkline;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.metric.Point;
import io.eardrum.protocol.PrintableText;

/**
 * Shows the newest values of some keys again and again.
 */
@Command(name = "watch", mixinStandardHelpOptions = true,
		description = { "Show the newest values of keys, with a sparkline, until Ctrl-C.",
				"Without a terminal, each round is appended to the output." })
final class WatchCommand implements Runnable {

	/** Wider than any terminal, and small enough for the memory. */
	private static final int MAX_WIDTH = 10_000;

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Option(names = "--interval", defaultValue = "2", paramLabel = "SECONDS",
			description = "How long to wait between rounds (${DEFAULT-VALUE}).")
	private int intervalSeconds;

	@Option(names = "--count", defaultValue = "0", paramLabel = "N",
			description = "End after this many rounds; 0 means never (${DEFAULT-VALUE}).")
	private int count;

	@Option(names = "--width", defaultValue = "40", paramLabel = "POINTS",
			description = "How many points the sparkline shows (${DEFAULT-VALUE}).")
	private int width;

	@Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
	private List<String> keys = new ArrayList<>();

	WatchCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		if (this.intervalSeconds < 0 || this.count < 0) {
			throw new IllegalArgumentException("--interval and --count take a number, 0 or more");
		}
		if (this.width < 1 || this.width > MAX_WIDTH) {
			throw new IllegalArgumentException("--width takes a number of points, from 1 to " + MAX_WIDTH);
		}
		try (MetricClient client = this.server.connect()) {
			for (long round = 1; !this.terminal.out().checkError(); round++) {
				show(client);
				if (round == this.count) {
					return;
				}
				TimeUnit.SECONDS.sleep(this.intervalSeconds);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void show(MetricClient client) {
		StringBuilder view = new StringBuilder();
		List<String> names = this.keys.stream()
			.map((key) -> this.terminal.outIsTerminal() ? PrintableText.of(key) : key)
			.toList();
		int longest = names.stream().mapToInt(String::length).max().orElse(0);
		for (int i = 0; i < names.size(); i++) {
			String key = names.get(i);
			List<Point> newest = newest(client, this.keys.get(i));
			String value = newest.isEmpty() ? "-" : RowText.ofValue(newest.get(newest.size() - 1).value());
			view.append(key)
				.append(" ".repeat(longest - key.length() + 1))
				.append(" ".repeat(Math.max(0, 12 - value.length())))
				.append(value)
				.append("  ")
				.append(Sparkline.of(newest))
				.append('\n');
		}
		this.terminal.show(view.toString());
	}

	private List<Point> newest(MetricClient client, String key) {
		Point[] ring = new Point[this.width];
		long[] seen = new long[1];
		TimeLimit.run(client, System.nanoTime(), this.server.timeout(), () -> client.get(key,
				(series, timestamp, value) -> ring[(int) (seen[0]++ % ring.length)] = new Point(timestamp, value)));
		List<Point> newest = new ArrayList<>();
		for (long i = Math.max(0, seen[0] - ring.length); i < seen[0]; i++) {
			newest.add(ring[(int) (i % ring.length)]);
		}
		return newest;
	}

}

package io.eardrum.cli;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.argument.TimeBound;
import io.eardrum.client.MetricClient;
import io.eardrum.metric.KeyedPoint;
import io.eardrum.protocol.number.NumberReader;

/**
 * Puts a point.
 */
@Command(name = "put", mixinStandardHelpOptions = true,
		description = "Put a point. Nothing is printed once it is stored.", footerHeading = "%nExamples:%n",
		footer = { "  eardrum put palm.cpu 23.7", "  eardrum put palm.cpu 23.7 1150864247",
				"  eardrum put palm.cpu 23.7 -1h" })
final class PutCommand implements Runnable {

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Parameters(arity = "0..*", paramLabel = "KEY VALUE [TIMESTAMP]", hideParamSyntax = true,
			description = "A word, a decimal number, and a time: whole seconds since 1970, -1h, 2026-11-22T10:00:00Z (now).")
	private List<String> words = new ArrayList<>();

	@Override
	public void run() {
		if (this.words.size() < 2 || this.words.size() > 3) {
			throw new IllegalArgumentException("put takes KEY VALUE [TIMESTAMP], but got "
					+ (this.words.isEmpty() ? "nothing" : String.join(" ", this.words)) + unknownOption()
					+ " (see 'eardrum put --help')");
		}
		double value = value(this.words.get(1));
		boolean timed = this.words.size() == 3;
		long timestamp = timed ? TimeBound.parse(this.words.get(2), Clock.systemUTC().instant()) : 0;
		long startNanos = System.nanoTime();
		try (MetricClient client = this.server.connect()) {
			TimeLimit.run(client, startNanos, this.server.timeout(), () -> {
				if (timed) {
					client.put(KeyedPoint.of(this.words.get(0), value).at(timestamp));
				}
				else {
					client.put(this.words.get(0), value);
				}
			});
		}
	}

	// A word that looks like an option is taken for a key or a number.
	private String unknownOption() {
		return this.words.stream()
			.filter((word) -> word.startsWith("--"))
			.findFirst()
			.map((word) -> "; '" + word + "' is not an option")
			.orElse("");
	}

	private static double value(String word) {
		byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
		NumberReader reader = new NumberReader();
		if (bytes.length == 0 || reader.readValue(bytes, 0, bytes.length) != bytes.length) {
			throw new IllegalArgumentException("the value '" + word + "' is not a finite decimal number");
		}
		return reader.value();
	}

}

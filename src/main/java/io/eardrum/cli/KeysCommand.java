package io.eardrum.cli;

import java.nio.charset.StandardCharsets;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.terminal.StandardOutput;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.protocol.PrintableText;

/**
 * Lists keys.
 */
@Command(name = "keys", mixinStandardHelpOptions = true,
		description = { "List the keys of all series, or of those that match, in the order of their first put.",
				"In a pattern, * stands for anything up to the next dot, and ** also for dots." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum keys", "  eardrum keys 'web*.cpu'", "  eardrum keys 'dc1.**.load'" })
final class KeysCommand implements Runnable {

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Parameters(arity = "0..1", defaultValue = "*", paramLabel = "PATTERN",
			description = "The pattern, quoted for the shell (all keys).")
	private String pattern = "*";

	KeysCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		StandardOutput out = this.terminal.out();
		boolean isTerminal = this.terminal.outIsTerminal();
		try (MetricClient client = this.server.connect()) {
			client.keys(this.pattern, (key) -> {
				out.ensureWritable();
				byte[] line = ((isTerminal ? PrintableText.of(key) : key) + "\n").getBytes(StandardCharsets.UTF_8);
				out.write(line, 0, line.length);
			});
		}
	}

}

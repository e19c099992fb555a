package io.eardrum.cli;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.argument.TimeBound;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.protocol.PrintableText;

/**
 * Deletes series, or points of them.
 */
@Command(name = "delete", mixinStandardHelpOptions = true,
		description = { "Delete series, or their points in a range of time.",
				"The server has to allow it with eardrum.tcp.delete=true. It can't be undone." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum delete palm.cpuu", "  eardrum delete palm.cpu --since 2026-11-22T10:00:00Z --until -1h",
				"  eardrum delete --match 'test.*' --dry-run", "  eardrum delete --match 'test.*'" })
final class DeleteCommand implements Callable<Integer> {

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Option(names = "--since", defaultValue = "" + Long.MIN_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME", description = "No points before it: 2026-11-22T10:00:00Z, -1h, or seconds since 1970.")
	private String since = "";

	@Option(names = "--until", defaultValue = "" + Long.MAX_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME", description = "No points after it.")
	private String until = "";

	@Option(names = "--match", defaultValue = Option.NULL_VALUE, paramLabel = "PATTERN",
			description = "The series whose keys match, such as 'test.*'.")
	private @Nullable String pattern;

	@Option(names = "--dry-run", description = "Print the keys, and delete nothing.")
	private boolean dryRun;

	@Option(names = "--yes", description = "Do not ask.")
	private boolean yes;

	@Parameters(arity = "0..*", paramLabel = "KEY", description = "The keys, as they are: no patterns.")
	private List<String> keys = new ArrayList<>();

	DeleteCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public Integer call() throws IOException {
		Instant now = Clock.systemUTC().instant();
		long from = TimeBound.parse(this.since, now);
		long to = TimeBound.parse(this.until, now);
		if (from > to) {
			throw new IllegalArgumentException("--since is after --until");
		}
		if (this.keys.isEmpty() == (this.pattern == null)) {
			throw new IllegalArgumentException("delete takes either keys or --match");
		}
		try (MetricClient client = this.server.connect()) {
			if (this.pattern != null) {
				client.keys(this.pattern, this.keys::add);
			}
			if (this.dryRun) {
				this.keys.forEach((key) -> this.terminal.out()
					.print((this.terminal.outIsTerminal() ? PrintableText.of(key) : key) + "\n"));
				return ExitStatus.OK;
			}
			if (this.keys.isEmpty()) {
				return this.terminal.fail(ExitStatus.FAILED, "no key matches " + this.pattern
						+ "; * stands for anything up to the next dot, and ** also for dots");
			}
			if (!this.yes && !isConfirmed(from, to)) {
				return this.terminal.fail(ExitStatus.FAILED, "nothing was deleted");
			}
			for (String key : this.keys) {
				TimeLimit.run(client, System.nanoTime(), this.server.timeout(), () -> {
					if (from == Long.MIN_VALUE && to == Long.MAX_VALUE) {
						client.delete(key);
					}
					else {
						client.delete(key, from, to);
					}
				});
			}
		}
		return ExitStatus.OK;
	}

	private boolean isConfirmed(long from, long to) throws IOException {
		if (!this.terminal.errIsTerminal()) {
			throw new IllegalArgumentException(
					"delete asks before it deletes, which needs a terminal; --yes does not ask");
		}
		String what = (this.keys.size() == 1) ? this.keys.get(0) : this.keys.size() + " series";
		String part = (from == Long.MIN_VALUE && to == Long.MAX_VALUE) ? what
				: "the points of " + what + " from " + from + " to " + to;
		return this.terminal.confirms("Delete " + part + "? This can't be undone.");
	}

}

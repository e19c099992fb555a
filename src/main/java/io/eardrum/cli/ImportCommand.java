package io.eardrum.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.format.FormatOptions;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.cli.transfer.ImportPlace;
import io.eardrum.cli.transfer.LineSource;
import io.eardrum.cli.transfer.PointImport;
import io.eardrum.cli.transfer.PointReader;
import io.eardrum.cli.transfer.ResumeFile;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;

/**
 * Puts the points of a file.
 */
@Command(name = "import", mixinStandardHelpOptions = true,
		description = { "Put the points of a file, as export writes it, or in other formats.",
				"Its lines are 'put key value timestamp', or 'key value timestamp' as get and export print them and",
				"Graphite accepts them, in UTF-8. A timestamp of -1 is not now.",
				"--format reads CSV with a header (columns key, timestamp and value, as 'get --format csv' prints",
				"them, or others), Influx line protocol (the series are measurement.field;tag=value), and the text",
				"that Prometheus scrapes (the series are name;label=value; OpenMetrics needs --time-format s).",
				"Blank lines and 'ok' are skipped, and gzip data is unpacked, whatever the file name is.",
				"Lines that are not points, or that the server refuses, are reported and counted, and give status 1.",
				"If it breaks off, it says what is certain to be stored, and how to go on." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum import all.txt.gz",
				"  eardrum import --resume all.txt     after a failure: goes on where it was",
				"  eardrum import --format csv --time-format iso --wide cpu.csv",
				"  curl -s localhost:9100/metrics | eardrum import --format prometheus --time now -",
				"  graphite-dump | eardrum import -" })
final class ImportCommand implements Callable<Integer> {

	private static final Duration KEEP_INTERVAL = Duration.ofSeconds(1);

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Mixin
	private final FormatOptions format = new FormatOptions();

	@Option(names = "--skip", defaultValue = "0", paramLabel = "LINES",
			description = "Skip this many lines at the start.")
	private long skip;

	@Option(names = "--resume",
			description = { "Keep in FILE.resume which lines are settled until all are, and go on from there,",
					"if the file begins with the same lines." })
	private boolean resume;

	@Parameters(paramLabel = "FILE|-", description = "The file; - is standard input.")
	private @Nullable FileArgument file;

	private @Nullable ResumeFile state;

	ImportCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public Integer call() throws IOException {
		if (this.skip < 0) {
			throw new IllegalArgumentException("--skip takes a number of lines, 0 or more");
		}
		PointReader reader = this.format.reader(Clock.systemUTC().instant());
		FileArgument source = source();
		boolean piped = source.isStandard(0, "/dev/stdin");
		if (this.resume && (piped || (Files.exists(source.path()) && !source.isRegular()))) {
			throw new IllegalArgumentException("--resume needs a file; use --skip with '-' and for a device or pipe");
		}
		try (LineSource lines = open(piped)) {
			ProgressBar bar = new ProgressBar(this.terminal.err(), this.terminal.errIsTerminal(),
					source.isRegular() ? Files.size(source.path()) : 0);
			this.state = this.resume ? new ResumeFile(source, this.server.address()) : null;
			PointImport points = new PointImport(lines, reader, this.terminal.err(), bar, this::keep, KEEP_INTERVAL);
			skip(lines, points);
			try (MetricClient client = this.server.connect()) {
				keep(points.settledSoFar());
				return put(client, points, bar);
			}
		}
	}

	private FileArgument source() {
		return Objects.requireNonNull(this.file);
	}

	private LineSource open(boolean piped) {
		try {
			return piped ? LineSource.of(this.terminal.in()) : LineSource.of(source());
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
	}

	private UncheckedIOException unreadable(IOException cause) {
		return new UncheckedIOException("can't read " + source().name() + ": " + FileProblem.of(cause), cause);
	}

	// Skips before there is a connection, which the server might otherwise take for idle.
	private void skip(LineSource lines, PointImport points) {
		ResumeFile kept = this.state;
		ResumeFile.State before = (kept != null) ? kept.read() : null;
		if (kept != null) {
			lines.keepChecksum();
		}
		try {
			if (kept != null && before != null) {
				long settled = before.place().lines();
				requireSame(kept.name(), before.place(), points.skip(settled));
				tellSkipped(kept.name(), settled, before.server());
				if (this.skip <= settled) {
					return;
				}
			}
			if (this.skip > 0) {
				long skipped = points.skip(this.skip).lines();
				if (skipped < this.skip) {
					throw new ImportRefusedException(
							source().name() + " has " + skipped + " lines, and --skip leaves out " + this.skip);
				}
				if (skipped > this.skip) {
					throw new ImportRefusedException(
							"--skip " + this.skip + " ends within a record, which ends with line " + skipped);
				}
				tell("the first " + skipped + " lines are skipped, as --skip says");
			}
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
	}

	private void tellSkipped(String name, long lines, String server) {
		if (lines > 0) {
			tell("the first " + lines + " lines are skipped, as " + name + " says"
					+ (server.equals(this.server.address()) ? "" : "; they went to " + server));
		}
	}

	private void requireSame(String name, ImportPlace kept, ImportPlace found) {
		if (found.lines() < kept.lines()) {
			throw new ImportRefusedException(
					source().name() + " has " + found.lines() + " lines, and " + name + " belongs to a file with "
							+ kept.lines() + " or more: delete " + name + " to import the file from its start");
		}
		if (!found.equals(kept)) {
			throw new ImportRefusedException("the first " + kept.lines() + " lines of " + source().name()
					+ " are not those that " + name + " belongs to: delete it to import the file from its start");
		}
	}

	private void tell(String message) {
		this.terminal.tell(message);
	}

	private int put(MetricClient client, PointImport points, ProgressBar bar) {
		int status;
		Thread atInterrupt = new Thread(() -> interrupted(bar, points.settledSoFar()));
		Runtime.getRuntime().addShutdownHook(atInterrupt);
		try {
			points.run(client);
			status = (points.rejected() > 0) ? ExitStatus.FAILED : ExitStatus.OK;
		}
		catch (MetricClientException ex) {
			bar.clear();
			status = this.terminal.fail(ExitStatus.of(ex), ex.getMessage());
			tellHowToGoOn(bar, points.settled());
		}
		catch (IOException ex) {
			bar.clear();
			status = this.terminal.fail(ExitStatus.FAILED, "can't read " + source().name() + ": " + FileProblem.of(ex));
			tellHowToGoOn(bar, points.settled());
		}
		finally {
			forget(atInterrupt);
			bar.clear();
			this.terminal.err()
				.printf(Locale.ROOT, "%d points acknowledged, %d lines rejected%n", points.acknowledged(),
						points.rejected());
		}
		if (this.state != null && points.isComplete()) {
			this.state.finish();
		}
		return status;
	}

	// Runs while the process ends after Ctrl-C.
	private void interrupted(ProgressBar bar, ImportPlace settled) {
		try {
			tellHowToGoOn(bar, settled);
		}
		catch (UncheckedIOException ex) {
			tell(FileProblem.of(ex));
		}
	}

	private void tellHowToGoOn(ProgressBar bar, ImportPlace settled) {
		bar.clear();
		if (settled.lines() > 0) {
			tell("the first " + settled.lines() + " lines are settled; go on with --skip " + settled.lines()
					+ (this.resume ? " or again with --resume" : ""));
		}
		keep(settled);
	}

	private static void forget(Thread atInterrupt) {
		try {
			Runtime.getRuntime().removeShutdownHook(atInterrupt);
		}
		catch (IllegalStateException ex) {
			// The process is being ended, and the hook is running already.
		}
	}

	// Also called during the import, because it may be interrupted or killed.
	private void keep(ImportPlace settled) {
		if (this.state != null) {
			this.state.write(settled);
		}
	}

}

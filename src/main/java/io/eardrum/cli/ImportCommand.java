package io.eardrum.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;

/**
 * Puts the points of a file.
 */
@Command(name = "import", mixinStandardHelpOptions = true,
		description = { "Put the points of a file: lines of 'put key value timestamp', or of 'key value timestamp'",
				"as get and export print them and Graphite takes them. Blank lines and 'ok' are skipped.",
				"Lines that are no point, or that the server refuses, are named and counted, and give status 1.",
				"If it breaks off, it tells what is stored for certain, and how to go on." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum import all.txt.gz",
				"  eardrum import --resume all.txt     after a failure: goes on where it was",
				"  graphite-dump | eardrum import -" })
final class ImportCommand implements Callable<Integer> {

	private static final Duration KEEP_INTERVAL = Duration.ofSeconds(1);

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Option(names = "--skip", defaultValue = "0", paramLabel = "LINES",
			description = "Leave out so many lines at the start.")
	private long skip;

	@Option(names = "--resume",
			description = "Keep the number of settled lines in FILE.resume until all are, and go on from there.")
	private boolean resume;

	@Parameters(paramLabel = "FILE|-", description = "The file, compressed if it ends in .gz; - is standard input.")
	private String file = "";

	ImportCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public Integer call() throws IOException {
		boolean piped = this.file.equals("-");
		if (this.resume && piped) {
			throw new IllegalArgumentException("--resume needs a file; with '-' there is --skip");
		}
		long from = this.skip;
		if (this.resume && Files.exists(state())) {
			from = Math.max(from, settledBefore());
		}
		try (LineSource lines = open(piped); MetricClient client = this.server.connect()) {
			long size = piped ? 0 : Files.size(Path.of(this.file));
			ProgressBar bar = new ProgressBar(this.terminal.err(), this.terminal.errIsTerminal(), size);
			return put(client, lines, bar, from);
		}
	}

	private LineSource open(boolean piped) {
		try {
			return piped ? LineSource.of(this.terminal.in()) : LineSource.of(Path.of(this.file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't read " + this.file + ": " + FileProblem.of(ex), ex);
		}
	}

	private long settledBefore() throws IOException {
		String text = Files.readString(state()).strip();
		if (!text.matches("\\d{1,18}")) {
			throw new IllegalArgumentException(
					state() + " doesn't hold a number of lines; delete it to import " + this.file + " from its start");
		}
		return Long.parseLong(text);
	}

	private int put(MetricClient client, LineSource lines, ProgressBar bar, long from) throws IOException {
		PointImport points = new PointImport(lines, this.terminal.err(), bar, this::keep, KEEP_INTERVAL);
		int status;
		Thread atInterrupt = new Thread(() -> tellHowToGoOn(bar, points.settledLinesSoFar()));
		Runtime.getRuntime().addShutdownHook(atInterrupt);
		try {
			points.run(client, from);
			status = (points.rejected() > 0) ? EardrumCommand.FAILED : EardrumCommand.OK;
		}
		catch (MetricClientException ex) {
			bar.clear();
			this.terminal.err().println("eardrum: " + ex.getMessage());
			status = EardrumCommand.status(ex);
			tellHowToGoOn(bar, points.settledLines());
		}
		catch (IOException ex) {
			bar.clear();
			this.terminal.err().println("eardrum: can't read " + this.file + ": " + FileProblem.of(ex));
			status = EardrumCommand.FAILED;
			tellHowToGoOn(bar, points.settledLines());
		}
		finally {
			forget(atInterrupt);
			bar.clear();
			this.terminal.err()
				.printf(Locale.ROOT, "%d points acknowledged, %d lines rejected%n", points.acknowledged(),
						points.rejected());
		}
		if (this.resume && points.isComplete()) {
			Files.deleteIfExists(state());
		}
		return status;
	}

	// Also as the process ends, because somebody pressed Ctrl-C.
	private void tellHowToGoOn(ProgressBar bar, long settled) {
		bar.clear();
		this.terminal.err()
			.println("the first " + settled + " lines are settled; go on with --skip " + settled
					+ (this.resume ? " or again with --resume" : ""));
		keep(settled);
	}

	private static void forget(Thread atInterrupt) {
		try {
			Runtime.getRuntime().removeShutdownHook(atInterrupt);
		}
		catch (IllegalStateException ex) {
			// The process is being ended, and the thread at work.
		}
	}

	// Also while it goes on, for whoever interrupts or kills it.
	private void keep(long settledLines) {
		if (!this.resume) {
			return;
		}
		Path unfinished = Path.of(this.file + ".resume.part");
		try {
			Files.writeString(unfinished, settledLines + "\n");
			Files.move(unfinished, state(), StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't write " + state() + ": " + FileProblem.of(ex), ex);
		}
	}

	private Path state() {
		return Path.of(this.file + ".resume");
	}

}

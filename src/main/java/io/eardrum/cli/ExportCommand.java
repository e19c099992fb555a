package io.eardrum.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import io.eardrum.cli.argument.ByteCount;
import io.eardrum.cli.argument.ServerOptions;
import io.eardrum.cli.argument.TimeBound;
import io.eardrum.cli.file.BoundedOutputStream;
import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileNames;
import io.eardrum.cli.file.FileProblem;
import io.eardrum.cli.terminal.ProgressBar;
import io.eardrum.cli.terminal.RowPrinter;
import io.eardrum.cli.terminal.StandardOutput;
import io.eardrum.cli.terminal.Terminal;
import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;
import io.eardrum.client.RowConsumer;
import io.eardrum.metric.TimeRange;

/**
 * Writes all points to a file.
 */
@Command(name = "export", mixinStandardHelpOptions = true,
		description = { "Write all points to a file: the rows of 'get *', which import reads.",
				"--match, --since and --until choose some of them.",
				"The file appears under its name only when it is complete.", "A device or pipe is written directly." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum export all.txt.gz", "  eardrum export --match 'web*.cpu' --since -1d day.txt",
				"  eardrum export - | ssh other eardrum import -" })
final class ExportCommand implements Runnable {

	private static final int BUFFER_LENGTH = 64 * 1024;

	/** The number of links that Linux follows. */
	private static final int MAX_LINKS = 40;

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Option(names = "--match", defaultValue = "*", showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "PATTERN", description = "Only series whose keys match, quoted for the shell (all series).")
	private String pattern = "";

	@Option(names = "--since", defaultValue = "" + Long.MIN_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME",
			description = "No points before it: 2026-11-22T10:00:00Z, -1h, now, or seconds since 1970.")
	private String since = "";

	@Option(names = "--until", defaultValue = "" + Long.MAX_VALUE, showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "TIME", description = "No points after it.")
	private String until = "";

	@Option(names = "--max-bytes", defaultValue = "8191TB", showDefaultValue = CommandLine.Help.Visibility.NEVER,
			paramLabel = "SIZE", description = "End with an error if the file gets larger, such as 10GB (no limit).")
	private String maxBytes = "";

	@Option(names = "--keep-free", defaultValue = "256MB", paramLabel = "SIZE",
			description = "End with an error before less is free on the disk (${DEFAULT-VALUE}).")
	private String keptFree = "";

	@Parameters(paramLabel = "FILE|-", description = "The file, compressed if it ends in .gz; - is standard output.")
	private @Nullable FileArgument file;

	private TimeRange range = TimeRange.ALL;

	ExportCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		FileArgument target = target();
		Instant now = Clock.systemUTC().instant();
		this.range = new TimeRange(TimeBound.parse(this.since, now), TimeBound.parse(this.until, now));
		try {
			long most = ByteCount.parse("--max-bytes", this.maxBytes);
			long free = ByteCount.parse("--keep-free", this.keptFree);
			try (MetricClient client = this.server.connect()) {
				if (target.isStandard(1, "/dev/stdout")) {
					writeOut(client, new Limits(most, free));
					return;
				}
				long rows = export(client, target, new Limits(most, free));
				this.terminal.err().println(rows + " points exported");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't write " + target.name() + ": " + FileProblem.of(ex), ex);
		}
	}

	private FileArgument target() {
		return Objects.requireNonNull(this.file);
	}

	private void writeOut(MetricClient client, Limits limits) throws IOException {
		StandardOutput out = this.terminal.out();
		Path standard = Path.of("/proc/self/fd/1");
		FileStore disk = Files.isRegularFile(standard) ? Files.getFileStore(standard) : null;
		OutputStream bounded = new BoundedOutputStream(out, limits.maxBytes(), disk, limits.keptFree());
		RowPrinter printer = new RowPrinter(bounded, this.terminal.outIsTerminal());
		try {
			read(client, (key, timestamp, value) -> {
				printer.print(key, timestamp, value);
				out.ensureWritable();
			});
		}
		catch (UncheckedIOException ex) {
			if (Objects.equals(ex.getCause(), out.failure())) {
				throw ex;
			}
			throw ex.getCause();
		}
	}

	private long export(MetricClient client, FileArgument named, Limits limits) throws IOException {
		Path path = named.path();
		if (Files.isDirectory(path)) {
			throw new IOException("it is a folder");
		}
		if (named.isDescriptor() || (Files.exists(path) && !Files.isRegularFile(path))) {
			// A device or a pipe can be written, but must not be replaced, and has no
			// other name to write under.
			return write(client, Files.newOutputStream(path), path, limits);
		}
		Path target = behindLinks(path);
		Path unfinished = FileNames.unfinished(target);
		// Runs on Ctrl-C.
		Thread atInterrupt = new Thread(() -> deleteQuietly(unfinished));
		Runtime.getRuntime().addShutdownHook(atInterrupt);
		try {
			OutputStream file = Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW);
			try {
				keepPermissions(target, unfinished);
				long rows = write(client, file, unfinished, limits);
				Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
				return rows;
			}
			finally {
				// Closed before it is deleted, because some systems can't delete an open
				// file.
				file.close();
				Files.deleteIfExists(unfinished);
			}
		}
		finally {
			forget(atInterrupt);
		}
	}

	// A link stands for the file behind it, even if that does not exist yet.
	private static Path behindLinks(Path path) throws IOException {
		if (Files.exists(path)) {
			return path.toRealPath();
		}
		Path target = path;
		for (int links = 0; Files.isSymbolicLink(target); links++) {
			if (links == MAX_LINKS) {
				throw new FileSystemLoopException(path.toString());
			}
			target = target.resolveSibling(Files.readSymbolicLink(target));
		}
		return target;
	}

	// A file that only some users may read stays so when it is replaced.
	private static void keepPermissions(Path from, Path to) throws IOException {
		PosixFileAttributeView view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
		if (view != null && Files.exists(from)) {
			Set<PosixFilePermission> permissions = view.readAttributes().permissions();
			if (!permissions.equals(Files.getPosixFilePermissions(to))) {
				Files.setPosixFilePermissions(to, permissions);
			}
		}
	}

	private static void deleteQuietly(Path path) {
		try {
			Files.deleteIfExists(path);
		}
		catch (IOException ex) {
			// The process is ending, and can't report it.
		}
	}

	private static void forget(Thread atInterrupt) {
		try {
			Runtime.getRuntime().removeShutdownHook(atInterrupt);
		}
		catch (IllegalStateException ex) {
			// The process is being ended, and the hook is running already.
		}
	}

	private long write(MetricClient client, OutputStream file, Path path, Limits limits) throws IOException {
		try (file; OutputStream output = prepare(file, path, limits)) {
			return write(client, output);
		}
	}

	private OutputStream prepare(OutputStream file, Path path, Limits limits) throws IOException {
		FileStore disk = Files.isRegularFile(path) ? Files.getFileStore(path) : null;
		OutputStream output = new BufferedOutputStream(
				new BoundedOutputStream(file, limits.maxBytes(), disk, limits.keptFree()), BUFFER_LENGTH);
		return target().endsInGz() ? new GZIPOutputStream(output, BUFFER_LENGTH) : output;
	}

	private long write(MetricClient client, OutputStream output) throws IOException {
		RowPrinter printer = new RowPrinter(output, false);
		// The number of points is not known in advance.
		ProgressBar bar = new ProgressBar(this.terminal.err(), this.terminal.errIsTerminal(), 0);
		long[] rows = new long[1];
		try {
			read(client, (key, timestamp, value) -> {
				if ((++rows[0] & 0x3FFF) == 0 && bar.isDue()) {
					bar.show(rows[0], 0);
				}
				printer.print(key, timestamp, value);
			});
			return rows[0];
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		finally {
			bar.clear();
		}
	}

	private void read(MetricClient client, RowConsumer rows) {
		boolean allSeries = this.pattern.equals("*");
		if (allSeries && this.range.equals(TimeRange.ALL)) {
			client.getAll(rows);
			return;
		}
		RowConsumer chosen = (key, timestamp, value) -> {
			if (this.range.contains(timestamp)) {
				rows.accept(key, timestamp, value);
			}
		};
		List<String> keys = new ArrayList<>();
		try {
			client.keys(this.pattern, keys::add);
		}
		catch (MetricClientException ex) {
			if (!allSeries || ex.reason() != MetricClientException.Reason.WRONG_COMMAND) {
				throw ex;
			}
			// An older server can't list its keys.
			client.getAll(chosen);
			return;
		}
		for (String key : keys) {
			GetCommand.get(client, key, this.range, chosen);
		}
	}

	/**
	 * The limits of what may be written.
	 *
	 * @param maxBytes how many bytes may be written
	 * @param keptFree how many bytes must stay free on the disk
	 */
	private record Limits(long maxBytes, long keptFree) {

	}

}

package io.eardrum.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import io.eardrum.client.MetricClient;

/**
 * Writes all points to a file.
 */
@Command(name = "export", mixinStandardHelpOptions = true,
		description = { "Write all points to a file: the rows of 'get *', which import reads.",
				"The file appears under its name when it is complete, and not before." },
		footerHeading = "%nExamples:%n",
		footer = { "  eardrum export all.txt.gz", "  eardrum export - | ssh other eardrum import -" })
final class ExportCommand implements Runnable {

	private static final int BUFFER_LENGTH = 64 * 1024;

	private final Terminal terminal;

	@Mixin
	private final ServerOptions server = new ServerOptions();

	@Parameters(paramLabel = "FILE|-", description = "The file, compressed if it ends in .gz; - is standard output.")
	private String file = "";

	ExportCommand(Terminal terminal) {
		this.terminal = terminal;
	}

	@Override
	public void run() {
		try (MetricClient client = this.server.connect()) {
			if (this.file.equals("-")) {
				writeOut(client, this.terminal.out());
				return;
			}
			long rows = export(client, Path.of(this.file).toAbsolutePath());
			this.terminal.err().println(rows + " points exported");
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't write " + this.file + ": " + FileProblem.of(ex), ex);
		}
	}

	private void writeOut(MetricClient client, StandardOutput out) {
		RowText text = new RowText();
		client.getAll((key, timestamp, value) -> {
			text.set(key, timestamp, value);
			out.write(text.bytes(), 0, text.length());
			out.ensureWritable();
		});
	}

	private long export(MetricClient client, Path named) throws IOException {
		// Behind a link is the file that somebody means.
		Path target = Files.exists(named) ? named.toRealPath() : named;
		if (Files.isDirectory(target)) {
			throw new IOException("it is a folder");
		}
		if (Files.exists(target) && !Files.isRegularFile(target)) {
			// A device or a pipe can be written, but must not be replaced.
			return writeFile(client, target);
		}
		Path unfinished = target.resolveSibling(target.getFileName() + ".part");
		// For Ctrl-C.
		unfinished.toFile().deleteOnExit();
		try {
			long rows = writeFile(client, unfinished);
			Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
			return rows;
		}
		finally {
			Files.deleteIfExists(unfinished);
		}
	}

	private long writeFile(MetricClient client, Path path) throws IOException {
		try (OutputStream output = open(path)) {
			return write(client, output);
		}
	}

	private OutputStream open(Path path) throws IOException {
		OutputStream output = new BufferedOutputStream(Files.newOutputStream(path), BUFFER_LENGTH);
		return this.file.endsWith(".gz") ? new GZIPOutputStream(output, BUFFER_LENGTH) : output;
	}

	private long write(MetricClient client, OutputStream output) throws IOException {
		RowText text = new RowText();
		// Nobody knows how many there will be.
		ProgressBar bar = new ProgressBar(this.terminal.err(), this.terminal.errIsTerminal(), 0);
		long[] rows = new long[1];
		try {
			return client.getAll((key, timestamp, value) -> {
				if ((++rows[0] & 0x3FFF) == 0 && bar.isDue()) {
					bar.show(rows[0], 0);
				}
				text.set(key, timestamp, value);
				try {
					output.write(text.bytes(), 0, text.length());
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		finally {
			bar.clear();
		}
	}

}

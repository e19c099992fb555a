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
				write(client, this.terminal.out());
				return;
			}
			Path target = Path.of(this.file).toAbsolutePath();
			Path unfinished = target.resolveSibling(target.getFileName() + ".part");
			try {
				long rows = writeFile(client, unfinished);
				Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
				this.terminal.err().println(rows + " points exported");
			}
			finally {
				Files.deleteIfExists(unfinished);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't write " + this.file + ": " + ex.getMessage(), ex);
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

	private static long write(MetricClient client, OutputStream output) throws IOException {
		RowText text = new RowText();
		try {
			return client.getAll((key, timestamp, value) -> {
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
	}

}

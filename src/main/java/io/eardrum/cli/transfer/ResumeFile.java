package io.eardrum.cli.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.eardrum.cli.file.FileArgument;
import io.eardrum.cli.file.FileNames;
import io.eardrum.cli.file.FileProblem;

/**
 * The state from which an import goes on after it broke off: the number of settled lines,
 * and what they contained, so that no other file is taken for the imported one. Each
 * state replaces the one before it atomically, and is on the disk before it does.
 * <p>
 * Safe for several threads: on Ctrl-C, one thread writes the last state while the
 * importing thread is still working.
 */
public final class ResumeFile {

	private static final int MAX_LENGTH = 4096;

	private static final Pattern CONTENT = Pattern
		.compile("lines=(\\d{1,18})\\Rbytes=(\\d{1,18})\\Rcrc32c=([0-9a-f]{8})\\Rserver=([^\\r\\n]*)\\R?");

	private final String name;

	private final Path path;

	/** Used by this import alone, because another import of the same file may run. */
	private final Path unfinished;

	private final String server;

	private boolean finished;

	/**
	 * Creates a state for a file. The state need not exist yet.
	 * @param imported the file that is imported
	 * @param server where it is imported to, for messages
	 */
	public ResumeFile(FileArgument imported, String server) {
		this.name = imported.name() + ".resume";
		this.path = FileNames.append(imported.path(), ".resume");
		this.unfinished = FileNames.unfinished(this.path);
		this.server = server;
	}

	/**
	 * Returns the name of the file, for messages.
	 * @return the name of the imported file, with {@code .resume} appended
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Reads the state.
	 * @return the state, or {@code null} if there is none
	 * @throws IllegalArgumentException if the file does not contain a state; the message
	 * says what to do
	 * @throws UncheckedIOException if it can't be read
	 */
	public @Nullable State read() {
		String text;
		try {
			if (!Files.exists(this.path)) {
				return null;
			}
			text = (Files.size(this.path) > MAX_LENGTH) ? "" : Files.readString(this.path, StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't read " + this.name + ": " + FileProblem.of(ex), ex);
		}
		Matcher matcher = CONTENT.matcher(text);
		if (matcher.matches()) {
			return new State(new ImportPlace(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)),
					Long.parseLong(matcher.group(3), 16)), matcher.group(4));
		}
		if (text.strip().matches("\\d{1,18}")) {
			throw new IllegalArgumentException(this.name + " is of an older version, and does not say which file it "
					+ "belongs to; delete it, and go on with --skip " + text.strip() + " if it is the same file");
		}
		throw new IllegalArgumentException(
				this.name + " doesn't say where an import broke off; delete it to import the file from its start");
	}

	/**
	 * Writes a state, unless the import is complete.
	 * @param place everything before it is settled
	 * @throws UncheckedIOException if that fails
	 */
	public synchronized void write(ImportPlace place) {
		if (this.finished) {
			return;
		}
		String text = String.format(Locale.ROOT, "lines=%d%nbytes=%d%ncrc32c=%08x%nserver=%s%n", place.lines(),
				place.bytes(), place.checksum(), this.server);
		try {
			try (FileChannel channel = FileChannel.open(this.unfinished, StandardOpenOption.CREATE,
					StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
				ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
				while (bytes.hasRemaining()) {
					channel.write(bytes);
				}
				channel.force(true);
			}
			Files.move(this.unfinished, this.path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't write " + this.name + ": " + FileProblem.of(ex), ex);
		}
	}

	/**
	 * Removes the state for good, because the import is complete.
	 * @throws UncheckedIOException if that fails
	 */
	public synchronized void finish() {
		this.finished = true;
		try {
			Files.deleteIfExists(this.path);
			// A write may have failed before its file got its name.
			Files.deleteIfExists(this.unfinished);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("can't delete " + this.name + ": " + FileProblem.of(ex), ex);
		}
	}

	/**
	 * Where an import broke off.
	 *
	 * @param place everything before it is settled
	 * @param server where the points were put
	 */
	public record State(ImportPlace place, String server) {

	}

}

package io.eardrum.web.view;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * The file that holds the saved views: a line for each, with a checksum, between a first
 * and a last line. It is always replaced as a whole, so a crash or a power failure leaves
 * either the old or the new one. Of a damaged file, the undamaged lines are read.
 * <p>
 * Used by one thread at a time.
 */
final class ViewFile {

	private static final String FIRST = "eardrum views 1";

	private static final String LAST = "end ";

	/** Far more than the allowed number of views of the maximum length. */
	private static final long MAX_BYTES = 16 << 20;

	private static final int WORDS = 4;

	private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

	private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'")
		.withZone(ZoneOffset.UTC);

	private final Path path;

	/**
	 * Creates the description of a file, which may not exist yet.
	 * @param path the file
	 */
	ViewFile(Path path) {
		this.path = path.toAbsolutePath();
	}

	Path path() {
		return this.path;
	}

	/**
	 * Reads the views.
	 * @return the views that can be read; none if there is no file
	 * @throws IOException if the file can't be read at all
	 */
	Content read() throws IOException {
		try {
			if (Files.size(this.path) > MAX_BYTES) {
				return new Content(List.of(), 1);
			}
			return parse(Files.readString(this.path, StandardCharsets.ISO_8859_1).split("\n", -1));
		}
		catch (NoSuchFileException ex) {
			return new Content(List.of(), 0);
		}
	}

	private static Content parse(String[] lines) {
		List<SavedView> views = new ArrayList<>();
		int damaged = lines[0].equals(FIRST) ? 0 : 1;
		// The text behind the last line end is empty.
		int last = lines.length - 2;
		for (int i = 1; i < last; i++) {
			SavedView view = parse(lines[i]);
			if (view != null) {
				views.add(view);
			}
			else {
				damaged++;
			}
		}
		boolean whole = last > 0 && lines[last].equals(LAST + (last - 1)) && lines[last + 1].isEmpty();
		return new Content(views, damaged + (whole ? 0 : 1));
	}

	private static @Nullable SavedView parse(String line) {
		String[] words = line.split(" ", WORDS);
		if (words.length < WORDS || !words[0].equals(checksum(line.substring(words[0].length() + 1)))) {
			return null;
		}
		try {
			return new SavedView(URLDecoder.decode(words[2], StandardCharsets.UTF_8), words[3],
					Instant.ofEpochMilli(Long.parseLong(words[1])));
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Replaces the views. When this returns, they are safe against power loss.
	 * @param views the views
	 * @throws IOException if that fails; the file then has the old views or the new ones
	 */
	void write(Collection<SavedView> views) throws IOException {
		StringBuilder text = new StringBuilder(FIRST).append('\n');
		for (SavedView view : views) {
			String line = view.saved().toEpochMilli() + " " + URLEncoder.encode(view.name(), StandardCharsets.UTF_8)
					+ " " + view.address();
			text.append(checksum(line)).append(' ').append(line).append('\n');
		}
		text.append(LAST).append(views.size()).append('\n');
		Path directory = this.path.resolveSibling(".");
		Files.createDirectories(directory);
		Path unfinished = this.path.resolveSibling(this.path.getFileName() + ".tmp");
		try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
				StandardOpenOption.TRUNCATE_EXISTING)) {
			ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
			while (bytes.hasRemaining()) {
				channel.write(bytes);
			}
			channel.force(true);
		}
		Files.move(unfinished, this.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		sync(directory);
	}

	/**
	 * Keeps the file as it is under another name, because it is about to be replaced.
	 * @param now the time, which becomes a part of the name
	 * @return the copy
	 * @throws IOException if it can't be made
	 */
	Path keep(Instant now) throws IOException {
		Path copy = this.path.resolveSibling(this.path.getFileName() + ".damaged-" + TIMESTAMP.format(now));
		Files.copy(this.path, copy, StandardCopyOption.REPLACE_EXISTING);
		return copy;
	}

	// Windows does not let a program open a directory, and keeps names by itself.
	private static void sync(Path directory) throws IOException {
		if (!WINDOWS) {
			try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
				channel.force(true);
			}
		}
	}

	private static String checksum(String text) {
		CRC32C checksum = new CRC32C();
		checksum.update(text.getBytes(StandardCharsets.ISO_8859_1));
		return String.format("%08x", checksum.getValue());
	}

	/**
	 * What a file holds.
	 *
	 * @param views the views that can be read
	 * @param damaged how many lines can't be read, or are missing
	 */
	record Content(List<SavedView> views, int damaged) {

		Content {
			views = List.copyOf(views);
		}

	}

}

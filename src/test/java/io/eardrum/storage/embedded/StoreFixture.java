package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A store that some version has left on the disk, kept as an archive, and beside it its
 * keys and the reply to {@code get *} that it has to give for ever:
 * {@code src/test/resources/stores} has a folder for each version. How to add one is
 * written in {@code README.md} there.
 *
 * @param archive the files of the store
 */
record StoreFixture(Path archive) {

	static final Path FOLDER = Path.of("src", "test", "resources", "stores");

	private static final String ARCHIVE = ".zip";

	private static final String KEYS = ".keys.txt";

	private static final String TEXT = ".txt";

	private static final String COMPRESSED = ".txt.gz";

	/** From how many characters on a reply is kept compressed. */
	private static final int MAX_TEXT = 1 << 19;

	/** What no store needs: the lock, the log for people, and the unpacked library. */
	private static final Pattern LEFT_OUT = Pattern.compile("LOCK|LOG|LOG\\.old\\..*|native/.*|backups/.*");

	private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

	/**
	 * Returns all stores of all versions.
	 * @return the stores, in the order of their names
	 * @throws IOException if the folder can't be read
	 */
	static List<StoreFixture> all() throws IOException {
		try (Stream<Path> files = Files.walk(FOLDER)) {
			return files.filter((file) -> file.toString().endsWith(ARCHIVE)).sorted().map(StoreFixture::new).toList();
		}
	}

	/**
	 * Makes a store of the files in the archive.
	 * @param directory the directory of the store, which must not exist
	 * @throws IOException if that fails
	 */
	void unpackTo(Path directory) throws IOException {
		Files.createDirectory(directory);
		try (ZipInputStream input = new ZipInputStream(Files.newInputStream(this.archive))) {
			for (ZipEntry entry = input.getNextEntry(); entry != null; entry = input.getNextEntry()) {
				Files.copy(input, directory.resolve(entry.getName()));
			}
		}
	}

	/**
	 * Packs a store that nobody has open. The archive depends on nothing but the names
	 * and bytes of the files.
	 * @param directory the directory of the store
	 * @throws IOException if that fails
	 */
	void pack(Path directory) throws IOException {
		Files.createDirectories(this.archive.toAbsolutePath().getParent());
		List<Path> files;
		try (Stream<Path> found = Files.walk(directory)) {
			files = found.filter(Files::isRegularFile).sorted().toList();
		}
		try (ZipOutputStream output = new ZipOutputStream(Files.newOutputStream(this.archive))) {
			output.setLevel(Deflater.BEST_COMPRESSION);
			for (Path file : files) {
				String name = directory.relativize(file).toString().replace('\\', '/');
				if (!LEFT_OUT.matcher(name).matches()) {
					ZipEntry entry = new ZipEntry(name);
					entry.setTimeLocal(TIME);
					output.putNextEntry(entry);
					Files.copy(file, output);
					output.closeEntry();
				}
			}
		}
	}

	/**
	 * Returns the reply to {@code get *}.
	 * @return its text, from the status to the empty line
	 * @throws IOException if it can't be read
	 */
	String reply() throws IOException {
		Path text = beside(TEXT);
		if (Files.exists(text)) {
			return Files.readString(text);
		}
		try (InputStream input = new GZIPInputStream(Files.newInputStream(beside(COMPRESSED)))) {
			return new String(input.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	void writeReply(String reply) throws IOException {
		if (reply.length() <= MAX_TEXT) {
			Files.writeString(beside(TEXT), reply);
			return;
		}
		try (OutputStream output = new GZIPOutputStream(Files.newOutputStream(beside(COMPRESSED)))) {
			output.write(reply.getBytes(StandardCharsets.UTF_8));
		}
	}

	/**
	 * Returns all keys, also those that have no points.
	 * @return the keys, in the order of their first put
	 * @throws IOException if they can't be read
	 */
	List<String> keys() throws IOException {
		return Files.readString(beside(KEYS)).lines().toList();
	}

	void writeKeys(Collection<String> keys) throws IOException {
		Files.writeString(beside(KEYS), String.join("\n", keys) + "\n");
	}

	private Path beside(String suffix) {
		String name = String.valueOf(this.archive.getFileName());
		return this.archive.resolveSibling(name.substring(0, name.length() - ARCHIVE.length()) + suffix);
	}

	@Override
	public String toString() {
		return FOLDER.relativize(this.archive).toString().replace('\\', '/');
	}

}

package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

import org.jspecify.annotations.Nullable;

/**
 * What a store consisted of when it was closed or copied, as noted in
 * {@code eardrum.closed}: each file with its size, and what the files hold. An incomplete
 * copy is therefore not taken for a complete one.
 *
 * @param id the id of the store, or {@code null} in a note of an older version, which
 * lists no files either
 * @param writes the number of RocksDB's last write, or of an earlier one
 * @param series how many series there were at least
 * @param files the files
 */
public record ClosingLedger(@Nullable UUID id, long writes, long series, NavigableMap<String, Entry> files) {

	/** The name of the file. */
	public static final String FILE = "eardrum.closed";

	private static final String TITLE = "eardrum closed 2";

	/**
	 * Lists what is in a directory now.
	 * @param directory the directory
	 * @param id the id of the store
	 * @param facts what the store holds
	 * @return the ledger
	 * @throws IOException if a file can't be read
	 */
	public static ClosingLedger of(Path directory, UUID id, ClosingFacts facts) throws IOException {
		NavigableMap<String, Entry> files = new TreeMap<>();
		for (Map.Entry<String, Long> file : StoreFiles.sizes(directory).entrySet()) {
			String name = file.getKey();
			boolean small = !StoreFiles.isTable(name) && !StoreFiles.isWal(name);
			files.put(name, new Entry(file.getValue(), small ? checksum(directory.resolve(name)) : null));
		}
		Path identity = directory.resolve(StoreIdentity.FILE);
		files.put(StoreIdentity.FILE, new Entry(Files.size(identity), checksum(identity)));
		return new ClosingLedger(id, facts.writes(), facts.series(), files);
	}

	/**
	 * Writes this ledger so that it is safe against power loss.
	 * @param directory the directory of the store
	 * @throws IOException if it can't be written
	 */
	public void write(Path directory) throws IOException {
		List<String> lines = new ArrayList<>(
				List.of(TITLE, "id " + this.id, "writes " + this.writes, "series " + this.series));
		this.files.forEach((name, entry) -> lines
			.add("file " + name + " " + entry.size() + ((entry.checksum() != null) ? " " + entry.checksum() : "")));
		SealedText.write(directory.resolve(FILE), lines);
	}

	public static boolean isThere(Path directory) {
		return Files.exists(directory.resolve(FILE));
	}

	/**
	 * Reads the ledger of a store.
	 * @param directory the directory of the store
	 * @return the ledger, or {@code null} if the file is damaged
	 * @throws IOException if the file can't be read
	 */
	public static @Nullable ClosingLedger read(Path directory) throws IOException {
		Path file = directory.resolve(FILE);
		try {
			List<String> lines = SealedText.read(file);
			return (lines != null) ? parse(lines) : earlierNote(file);
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

	private static @Nullable ClosingLedger parse(List<String> lines) {
		if (!TITLE.equals(lines.get(0))) {
			return null;
		}
		NavigableMap<String, Entry> files = new TreeMap<>();
		for (String line : lines.subList(4, lines.size())) {
			String[] words = line.split(" ", -1);
			files.put(words[1], new Entry(Long.parseLong(words[2]), (words.length > 3) ? words[3] : null));
		}
		return new ClosingLedger(UUID.fromString(lines.get(1).substring("id ".length())),
				Long.parseLong(lines.get(2).substring("writes ".length())),
				Long.parseLong(lines.get(3).substring("series ".length())), files);
	}

	// Versions before 0.1.0 wrote only the number of writes.
	private static ClosingLedger earlierNote(Path file) throws IOException {
		String text = Files.readString(file, StandardCharsets.ISO_8859_1);
		return new ClosingLedger(null, Long.parseLong(text.strip()), 0, new TreeMap<>());
	}

	/**
	 * Compares a directory with this ledger.
	 * @param directory the directory
	 * @return the differences
	 * @throws IOException if a file can't be read
	 */
	public List<Finding> compare(Path directory) throws IOException {
		List<Finding> findings = new ArrayList<>();
		NavigableMap<String, Long> present = StoreFiles.sizes(directory);
		for (Map.Entry<String, Entry> file : this.files.entrySet()) {
			String name = file.getKey();
			Path path = directory.resolve(name);
			long size = file.getValue().size();
			if (!Files.isRegularFile(path)) {
				findings.add(new Finding(name, "is missing, although " + FILE + " lists it"));
				continue;
			}
			long found = Files.size(path);
			if (found < size) {
				findings.add(new Finding(name,
						"is cut: it has " + found + " of the " + size + " bytes that " + FILE + " states"));
			}
			else if (found > size) {
				findings.add(new Finding(name, "is longer than it was: it has " + found + " bytes instead of the "
						+ size + " that " + FILE + " states"));
			}
			else if (file.getValue().checksum() != null && !file.getValue().checksum().equals(checksum(path))) {
				findings
					.add(new Finding(name, "is not what it was: its checksum is not the one that " + FILE + " states"));
			}
		}
		for (String name : present.keySet()) {
			boolean counts = StoreFiles.isTable(name) || StoreFiles.isWal(name) || StoreFiles.isManifest(name);
			if (counts && !this.files.containsKey(name)) {
				findings.add(new Finding(name, "is not in " + FILE + ", so files of two copies are mixed"));
			}
		}
		return findings;
	}

	private static String checksum(Path file) throws IOException {
		CRC32C checksum = new CRC32C();
		try (InputStream in = new CheckedInputStream(Files.newInputStream(file), checksum)) {
			in.transferTo(OutputStream.nullOutputStream());
		}
		return SealedText.hex(checksum.getValue());
	}

	/**
	 * A file that the ledger lists.
	 *
	 * @param size how many bytes it had
	 * @param checksum the CRC-32C of a small file, otherwise {@code null}
	 */
	record Entry(long size, @Nullable String checksum) {
	}

}

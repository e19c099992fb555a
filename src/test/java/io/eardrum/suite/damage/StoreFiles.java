package io.eardrum.suite.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The files of a store's directory, without those that any start may write and that hold
 * nothing: RocksDB's own reports, locks, and the unpacked native library.
 */
final class StoreFiles {

	private static final Pattern IGNORED = Pattern.compile("LOG|LOG\\.old\\..*|LOCK|eardrum\\.lock|native");

	private static final int BLOCK_BYTES = 32 << 10;

	private static final int HEADER_BYTES = 7;

	private StoreFiles() {
	}

	/**
	 * Lists the files.
	 * @param directory the directory
	 * @return by name the size and a checksum; a directory has its name alone
	 * @throws IOException if they can't be read
	 */
	static NavigableMap<String, String> list(Path directory) throws IOException {
		NavigableMap<String, String> listed = new TreeMap<>();
		for (String name : names(directory)) {
			Path file = directory.resolve(name);
			if (Files.isDirectory(file)) {
				listed.put(name, "a directory");
				continue;
			}
			byte[] bytes = Files.readAllBytes(file);
			CRC32C checksum = new CRC32C();
			checksum.update(bytes);
			listed.put(name, bytes.length + " bytes, CRC-32C " + Long.toHexString(checksum.getValue()));
		}
		return listed;
	}

	/**
	 * Lists the names of the files.
	 * @param directory the directory
	 * @return their names
	 * @throws IOException if it can't be read
	 */
	static NavigableSet<String> names(Path directory) throws IOException {
		NavigableSet<String> names = new TreeSet<>();
		try (Stream<Path> files = Files.list(directory)) {
			files.map((file) -> String.valueOf(file.getFileName()))
				.filter((name) -> !IGNORED.matcher(name).matches())
				.forEach(names::add);
		}
		return names;
	}

	/**
	 * Returns in what two listings differ.
	 * @param one a listing
	 * @param other another one
	 * @return the names that only one of them has, and those of unequal files
	 */
	static NavigableSet<String> differences(NavigableMap<String, String> one, NavigableMap<String, String> other) {
		NavigableSet<String> names = new TreeSet<>(one.keySet());
		names.addAll(other.keySet());
		names.removeIf((name) -> one.containsKey(name) && one.get(name).equals(other.get(name)));
		return names;
	}

	/**
	 * Copies a store that nobody uses. Files of points, which nothing writes to once they
	 * are there, become links; who damages one puts another file in its place.
	 * @param source its directory
	 * @param target the directory of the copy, which is made
	 * @throws IOException if that fails
	 */
	static void copy(Path source, Path target) throws IOException {
		Files.createDirectories(target);
		for (String name : names(source)) {
			copy(name, source, target);
		}
	}

	/**
	 * Copies one file over what is there.
	 * @param name its name
	 * @param source the directory that has it
	 * @param target the directory that gets it
	 * @throws IOException if that fails
	 */
	static void copy(String name, Path source, Path target) throws IOException {
		Path file = target.resolve(name);
		Files.deleteIfExists(file);
		if (name.endsWith(".sst")) {
			Files.createLink(file, source.resolve(name));
		}
		else {
			Files.copy(source.resolve(name), file);
		}
	}

	/**
	 * Copies a store that is open but at rest, as a kill would leave it. Begins anew if
	 * something was written meanwhile.
	 * @param store its directory
	 * @param target the directory of the copy, which is made
	 * @throws IOException if that fails
	 */
	static void copyRunning(Path store, Path target) throws IOException {
		while (!copyOnce(store, target)) {
			Thread.onSpinWait();
		}
	}

	// Whether nothing was written or deleted meanwhile: the store deletes a file that it
	// has merged into another one whenever it likes, so between its name and its bytes
	// too.
	private static boolean copyOnce(Path store, Path target) throws IOException {
		deleteFiles(target);
		Files.createDirectories(target);
		try {
			NavigableMap<String, String> before = list(store);
			for (String name : before.keySet()) {
				Files.copy(store.resolve(name), target.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
			}
			return list(store).equals(before) && list(target).equals(before);
		}
		catch (NoSuchFileException ex) {
			return false;
		}
	}

	/**
	 * Undoes a damage.
	 * @param names the files it has changed, made or deleted
	 * @param whole the directory that has them as they were
	 * @param damaged the directory in which to undo it
	 * @throws IOException if that fails
	 */
	static void restore(Set<String> names, Path whole, Path damaged) throws IOException {
		for (String name : names) {
			if (Files.exists(whole.resolve(name))) {
				copy(name, whole, damaged);
			}
			else {
				Files.deleteIfExists(damaged.resolve(name));
			}
		}
	}

	/**
	 * Deletes a directory with all that is in it, if it is there.
	 * @param directory the directory
	 * @throws IOException if that fails
	 */
	static void deleteFiles(Path directory) throws IOException {
		if (!Files.exists(directory)) {
			return;
		}
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Returns what kind of file a name is of.
	 * @param name the name of a file
	 * @return the same for all files that have the same purpose
	 */
	static String kind(String name) {
		if (name.matches("[0-9]+\\.[a-z]+")) {
			return name.substring(name.indexOf('.'));
		}
		return name.replaceAll("-[0-9]+$", "");
	}

	/**
	 * Finds where the records of a write-ahead log or a MANIFEST begin.
	 * @param file the file, whole
	 * @return the positions behind the start of the file
	 * @throws IOException if it can't be read
	 */
	static List<Long> recordBoundaries(Path file) throws IOException {
		ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
		Set<Long> found = new HashSet<>();
		int position = 0;
		while (position + HEADER_BYTES <= bytes.limit()) {
			int left = BLOCK_BYTES - position % BLOCK_BYTES;
			int type = (left < HEADER_BYTES) ? 0 : bytes.get(position + 6);
			if (type == 0) {
				// The rest of a block into which no header fits, or of a file that was
				// made longer than it is.
				position += left;
				continue;
			}
			// A whole record or the first part of one; others are within a record.
			if (position > 0 && type <= 2) {
				found.add((long) position);
			}
			position += HEADER_BYTES + (bytes.getShort(position + 4) & 0xFFFF);
		}
		List<Long> sorted = new ArrayList<>(found);
		sorted.sort(null);
		return sorted;
	}

}

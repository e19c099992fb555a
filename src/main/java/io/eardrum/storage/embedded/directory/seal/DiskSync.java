package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * Makes files and their names safe against power loss. A file that was created, renamed
 * or removed is certain to remain so only once its directory has been synced, too.
 */
public final class DiskSync {

	private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

	private DiskSync() {
	}

	/**
	 * Makes the content of a file safe.
	 * @param file the file
	 * @throws IOException if that fails
	 */
	public static void file(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
			channel.force(true);
		}
	}

	/**
	 * Makes the names in a directory safe.
	 * @param directory the directory
	 * @throws IOException if that fails
	 */
	public static void directory(Path directory) throws IOException {
		if (WINDOWS) {
			// Windows does not let a program open a directory, and keeps names by itself.
			return;
		}
		try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
			channel.force(true);
		}
	}

	/**
	 * Creates a directory and its missing parents so that they are safe against power
	 * loss.
	 * @param directory the directory
	 * @throws IOException if that fails
	 */
	public static void makeDirectories(Path directory) throws IOException {
		Path lowest = directory;
		while (!Files.exists(lowest)) {
			Path parent = lowest.getParent();
			if (parent == null) {
				throw new NoSuchFileException(lowest.toString());
			}
			lowest = parent;
		}
		Files.createDirectories(directory);
		for (Path made = directory; !made.equals(lowest); made = parentOf(made)) {
			directory(parentOf(made));
		}
	}

	private static Path parentOf(Path made) throws IOException {
		@Nullable Path parent = made.getParent();
		if (parent == null) {
			throw new NoSuchFileException(made.toString());
		}
		return parent;
	}

}

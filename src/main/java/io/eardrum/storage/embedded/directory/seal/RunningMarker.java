package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is there while a store is open, so that the next start can tell whether the
 * store was closed. A file and not an entry in the store, for a backup is no store that
 * was not closed.
 */
public final class RunningMarker {

	/** The name of the file. */
	public static final String FILE = "eardrum.running";

	private final Path directory;

	private final Path file;

	public RunningMarker(Path directory) {
		this.directory = directory;
		this.file = directory.resolve(FILE);
	}

	public boolean isSet() {
		return Files.exists(this.file);
	}

	/**
	 * Makes the file, safe against power loss.
	 * @throws IOException if that fails
	 */
	public void set() throws IOException {
		if (!Files.exists(this.file)) {
			Files.createFile(this.file);
		}
		DiskSync.directory(this.directory);
	}

	/**
	 * Removes the file, safe against power loss.
	 * @throws IOException if that fails
	 */
	public void remove() throws IOException {
		if (Files.deleteIfExists(this.file)) {
			DiskSync.directory(this.directory);
		}
	}

}

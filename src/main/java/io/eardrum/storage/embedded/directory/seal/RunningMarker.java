package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that exists while a store is open, so that the next start knows whether the
 * store was closed. It is a file and not an entry in the store, because otherwise a
 * backup would look like a store that was not closed.
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
	 * Creates the file so that it is safe against power loss.
	 * @throws IOException if that fails
	 */
	public void set() throws IOException {
		if (!Files.exists(this.file)) {
			Files.createFile(this.file);
		}
		DiskSync.directory(this.directory);
	}

	/**
	 * Removes the file so that it stays removed after a power loss.
	 * @throws IOException if that fails
	 */
	public void remove() throws IOException {
		if (Files.deleteIfExists(this.file)) {
			DiskSync.directory(this.directory);
		}
	}

}

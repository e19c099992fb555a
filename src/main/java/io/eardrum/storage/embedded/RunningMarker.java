package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is there while a store is open, so that the next start can tell whether the
 * store was closed. A file and not an entry in the store, for a backup is no store that
 * was not closed.
 */
final class RunningMarker {

	private final Path file;

	RunningMarker(Path directory) {
		this.file = directory.resolve("eardrum.running");
	}

	boolean isSet() {
		return Files.exists(this.file);
	}

	/**
	 * Makes the file.
	 * @return whether it was there
	 */
	boolean set() {
		try {
			if (Files.exists(this.file)) {
				return true;
			}
			Files.createFile(this.file);
			return false;
		}
		catch (IOException ex) {
			throw new StoreOpenException("The file " + this.file + " can't be made: " + ex,
					"Check that this user may write to the directory.", ex);
		}
	}

	void remove() throws IOException {
		Files.deleteIfExists(this.file);
	}

}

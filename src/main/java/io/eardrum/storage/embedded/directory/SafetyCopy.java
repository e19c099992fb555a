package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.directory.seal.ClosingLedger;
import io.eardrum.storage.embedded.directory.seal.DiskSync;
import io.eardrum.storage.embedded.directory.seal.RunningMarker;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreIdentity;

/**
 * Keeps the files of a store as they were before a start, until the start has succeeded,
 * because RocksDB writes to the directory and removes files from it while it is being
 * opened. The copy consists of links, which take neither time nor space. That is enough,
 * because RocksDB does not change a file once it has begun the next one.
 * <p>
 * While the directory {@code eardrum.before} exists, it is complete, and nothing has been
 * put since it was made. The start that made it is undone, whether it was refused or the
 * process died.
 */
final class SafetyCopy {

	static final String NAME = "eardrum.before";

	private static final Logger logger = LoggerFactory.getLogger(SafetyCopy.class);

	private final Path directory;

	private final Path copy;

	private final Path unfinished;

	SafetyCopy(Path directory) {
		this.directory = directory;
		this.copy = directory.resolve(NAME);
		this.unfinished = directory.resolve(NAME + ".tmp");
	}

	boolean isThere() {
		return Files.isDirectory(this.copy);
	}

	/**
	 * Makes the copy.
	 * @return whether there is a copy; {@code false} if the file system does not support
	 * links
	 * @throws IOException if the copy can't be made for another reason
	 */
	boolean make() throws IOException {
		delete(this.unfinished);
		Files.createDirectory(this.unfinished);
		for (String name : StoreFiles.names(this.directory)) {
			if (isKept(name)) {
				try {
					Files.createLink(this.unfinished.resolve(name), this.directory.resolve(name));
				}
				catch (IOException | UnsupportedOperationException ex) {
					logger.debug("Files in {} can't be linked", this.directory, ex);
					delete(this.unfinished);
					return false;
				}
			}
		}
		DiskSync.directory(this.unfinished);
		Files.move(this.unfinished, this.copy, StandardCopyOption.ATOMIC_MOVE);
		DiskSync.directory(this.directory);
		return true;
	}

	/**
	 * Removes the copy, because the start has succeeded, and what is written from now on
	 * counts.
	 * @return whether there was a copy; if so, the names in the directory are safe
	 * against power loss now
	 * @throws IOException if that fails
	 */
	boolean remove() throws IOException {
		boolean there = isThere();
		if (there) {
			// The move is made safe before files of the copy are deleted, because an
			// incomplete copy must never be taken for a complete one.
			Files.move(this.copy, this.unfinished, StandardCopyOption.ATOMIC_MOVE);
			DiskSync.directory(this.directory);
		}
		delete(this.unfinished);
		return there;
	}

	/**
	 * Restores the files that are in the copy, removes those that are not, and then
	 * removes the copy.
	 * @throws IOException if that fails; it may be tried again
	 */
	void restore() throws IOException {
		Set<String> before = new HashSet<>(StoreFiles.names(this.copy));
		for (String name : StoreFiles.names(this.directory)) {
			if (isKept(name) && !before.contains(name)) {
				Files.delete(this.directory.resolve(name));
			}
		}
		for (String name : before) {
			Path file = this.directory.resolve(name);
			if (Files.exists(file) && !Files.isSameFile(file, this.copy.resolve(name))) {
				Files.delete(file);
			}
			if (!Files.exists(file)) {
				Files.createLink(file, this.copy.resolve(name));
			}
		}
		DiskSync.directory(this.directory);
		remove();
	}

	// The files that say how the store was left belong to the copy, as RocksDB's do.
	private static boolean isKept(String name) {
		return StoreFiles.isRocksDb(name)
				|| List.of(ClosingLedger.FILE, RunningMarker.FILE, StoreIdentity.FILE).contains(name);
	}

	private static void delete(Path directory) throws IOException {
		if (Files.isDirectory(directory)) {
			for (String name : StoreFiles.names(directory)) {
				Files.delete(directory.resolve(name));
			}
			Files.delete(directory);
		}
	}

}

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
 * The files of a store as they were before a start, for as long as it is not sure that
 * the start succeeds: RocksDB writes to the directory and removes files from it while it
 * is being opened. They are links, for RocksDB doesn't change a file once it has begun
 * the next one, so they take neither time nor space.
 * <p>
 * While the directory {@code eardrum.before} exists it is whole, and nothing has been put
 * since: what is there is undone, whether the start was refused or the process died.
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
	 * @return whether there is one; not if the file system knows no links
	 * @throws IOException if it can't be made for another reason
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
	 * Removes the copy: the start has succeeded, and what is written from now on counts.
	 * @return whether there was one; then the names in the directory are safe now
	 * @throws IOException if that fails
	 */
	boolean remove() throws IOException {
		boolean there = isThere();
		if (there) {
			// Safe before its files go: half a copy must never be taken for a whole one.
			Files.move(this.copy, this.unfinished, StandardCopyOption.ATOMIC_MOVE);
			DiskSync.directory(this.directory);
		}
		delete(this.unfinished);
		return there;
	}

	/**
	 * Brings the files back that are in the copy, removes those that are not, and then
	 * the copy.
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

	// What says how the store was left belongs to it as well as what RocksDB has.
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

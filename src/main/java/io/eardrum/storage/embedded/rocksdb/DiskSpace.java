package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.eardrum.storage.StorageException;

/**
 * Reads how much space is free on the disk of a store.
 */
public final class DiskSpace {

	private DiskSpace() {
	}

	/**
	 * Returns how much space is free.
	 * @param directory the directory of the store
	 * @return the number of bytes
	 * @throws StorageException if the system does not report it
	 */
	public static long free(Path directory) {
		try {
			return Files.getFileStore(directory).getUsableSpace();
		}
		catch (IOException ex) {
			throw new StorageException("The free space of " + directory + " can't be determined: " + ex, ex);
		}
	}

}

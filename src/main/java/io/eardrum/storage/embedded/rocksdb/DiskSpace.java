package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import io.eardrum.storage.StorageException;

/**
 * Reads how much space is free on the disk of a store.
 */
public final class DiskSpace {

	private static final String[] UNITS = { "bytes", "KB", "MB", "GB", "TB", "PB", "EB" };

	/** As in the configuration. */
	private static final double STEP = 1024;

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

	/**
	 * Describes an amount of space.
	 * @param bytes the number of bytes
	 * @return a number with a unit in steps of 1024, such as {@code 1.5 GB}
	 */
	public static String text(long bytes) {
		double left = bytes;
		int unit = 0;
		while (left >= STEP && unit < UNITS.length - 1) {
			left /= STEP;
			unit++;
		}
		boolean whole = left == Math.rint(left) || left >= 100;
		return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", left, UNITS[unit]);
	}

}

package io.eardrum.storage.embedded.directory;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Lets tests of other packages read files as {@link RecordFile} does.
 */
public final class RecordFiles {

	private RecordFiles() {
	}

	/**
	 * Returns whether all records of a file can be read.
	 * @param file a file of the write-ahead log, or a MANIFEST
	 * @return whether no damage is found
	 * @throws IOException if it can't be read
	 */
	public static boolean isWhole(Path file) throws IOException {
		return RecordFile.read(file, (bytes, length) -> {
		}) == null;
	}

}

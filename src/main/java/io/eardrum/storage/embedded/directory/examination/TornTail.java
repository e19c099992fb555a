package io.eardrum.storage.embedded.directory.examination;

import java.util.List;

/**
 * The end of a store as a power failure may leave it: nothing that was known to be safe
 * lies behind it.
 *
 * @param file the file that is damaged
 * @param position from which byte on it is cut, or -1 if the file is {@code CURRENT} and
 * is made to name another MANIFEST
 * @param bytes how much is dropped of it and of later files
 * @param readableRecords how many whole records among that can be read
 * @param laterFiles the files of the write-ahead log that come after it
 * @param manifest what {@code CURRENT} is made to name, or an empty text
 */
public record TornTail(String file, long position, long bytes, int readableRecords, List<String> laterFiles,
		String manifest) {

	public TornTail {
		laterFiles = List.copyOf(laterFiles);
	}

	public boolean isOfCurrent() {
		return this.position < 0;
	}

}

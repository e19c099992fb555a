package io.eardrum.storage.embedded.directory.examination;

import java.util.List;

/**
 * The damaged end of a store as a power failure may leave it. Nothing that was known to
 * be safe lies behind the damage.
 *
 * @param file the file that is damaged
 * @param position the byte at which a recovery truncates the file, or -1 if the file is
 * {@code CURRENT} and a recovery makes it name another MANIFEST
 * @param bytes how many bytes a recovery drops of this file and of later ones
 * @param readableRecords how many complete records among these bytes can be read
 * @param laterFiles the files of the write-ahead log that come after it
 * @param manifest the MANIFEST that a recovery makes {@code CURRENT} name, or an empty
 * string
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

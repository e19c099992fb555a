package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The part of a store that was safe against power loss at some moment.
 *
 * @param writes the number of RocksDB's last write
 * @param wal the files of the write-ahead log, by number, with their lengths in bytes
 */
public record DurableState(long writes, NavigableMap<Long, Long> wal) {

	/**
	 * Reads the present state. It is safe once a sync that begins afterwards has ended.
	 * @param directory the directory of the store
	 * @param writes the number of the last write
	 * @return the state
	 * @throws IOException if the directory can't be read
	 */
	public static DurableState of(Path directory, long writes) throws IOException {
		NavigableMap<Long, Long> wal = new TreeMap<>();
		StoreFiles.sizes(directory).forEach((name, size) -> {
			if (StoreFiles.isWal(name)) {
				wal.put(StoreFiles.number(name), size);
			}
		});
		return new DurableState(writes, wal);
	}

}

package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/**
 * Reads whole tables of RocksDB, without opening the store, to check the checksums of
 * their blocks.
 */
public final class TableChecksums {

	/** For how long to search for damaged files when a start was refused. */
	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private TableChecksums() {
	}

	/**
	 * Searches for damaged tables, the newest first, for a minute at most.
	 * @param directory the directory of a store that is not open
	 * @return one sentence for each damaged table, and one if not all tables were read
	 */
	public static List<String> findDamaged(Path directory) {
		long start = System.nanoTime();
		List<String> damaged = new ArrayList<>();
		for (Path table : tables(directory)) {
			if (System.nanoTime() - start > PATIENCE.toNanos()) {
				damaged.add("(not all files were read)");
				break;
			}
			String problem = check(table);
			if (problem != null) {
				damaged.add(table + " is damaged (" + problem + ")");
			}
		}
		return damaged;
	}

	/**
	 * Checks a table.
	 * @param table the file
	 * @return what is wrong with it, or {@code null} if nothing is
	 */
	public static @Nullable String check(Path table) {
		try {
			verify(table);
			return null;
		}
		catch (RocksDBException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	/**
	 * Checks a table. What is read does not go into RocksDB's caches.
	 * @param table the file
	 * @throws RocksDBException if it is damaged or can't be read
	 */
	public static void verify(Path table) throws RocksDBException {
		BlockBasedTableConfig uncached = new BlockBasedTableConfig().setNoBlockCache(true);
		try (Options options = new Options().setTableFormatConfig(uncached);
				SstFileReader reader = new SstFileReader(options)) {
			reader.open(table.toString());
			reader.verifyChecksum();
		}
	}

	private static List<Path> tables(Path directory) {
		List<Path> tables = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.sst")) {
			files.forEach(tables::add);
		}
		catch (IOException | DirectoryIteratorException ex) {
			return List.of();
		}
		tables.sort(Comparator.reverseOrder());
		return tables;
	}

}

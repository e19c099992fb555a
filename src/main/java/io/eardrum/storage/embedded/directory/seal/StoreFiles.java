package io.eardrum.storage.embedded.directory.seal;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The names of the files that a store consists of.
 */
public final class StoreFiles {

	/** The file that names the MANIFEST. */
	public static final String CURRENT = "CURRENT";

	static final String MANIFEST_PREFIX = "MANIFEST-";

	/** The end of the names of the files of the write-ahead log. */
	public static final String WAL_SUFFIX = ".log";

	static final String TABLE_SUFFIX = ".sst";

	/** The files that RocksDB needs; those that only inform people are not among them. */
	private static final Pattern ROCKSDB = Pattern
		.compile("CURRENT|IDENTITY|MANIFEST-[0-9]+|OPTIONS-[0-9]+(\\.dbtmp)?|[0-9]+\\.(sst|log|dbtmp)");

	/** The names that may be in a directory in which a store is created. */
	private static final Pattern HARMLESS = Pattern.compile("native|backups|lost\\+found|eardrum\\.(probe|lock)|LOG"
			+ "|LOG\\.old\\.[0-9]+|LOCK|eardrum\\.(store|closed|current|before)\\.tmp|eardrum\\.views(\\.tmp|\\.damaged-.*)?|[^0-9.].*\\.log(\\..*)?"
			+ "|\\.(?!([0-9]+\\.(sst|log)|CURRENT|MANIFEST|OPTIONS|IDENTITY|eardrum)).*");

	private static final Pattern OWN = Pattern.compile("eardrum\\.(store|mark|closed|running|before)|.*\\.damaged");

	private StoreFiles() {
	}

	/**
	 * Returns whether RocksDB needs a file.
	 * @param name the name of the file
	 * @return whether it is one of RocksDB's files
	 */
	public static boolean isRocksDb(String name) {
		return ROCKSDB.matcher(name).matches();
	}

	public static boolean isOwn(String name) {
		return OWN.matcher(name).matches();
	}

	public static boolean isHarmless(String name) {
		return HARMLESS.matcher(name).matches();
	}

	public static boolean isTable(String name) {
		return name.endsWith(TABLE_SUFFIX) && isRocksDb(name);
	}

	public static boolean isWal(String name) {
		return name.endsWith(WAL_SUFFIX) && isRocksDb(name);
	}

	public static boolean isManifest(String name) {
		return name.startsWith(MANIFEST_PREFIX) && isRocksDb(name);
	}

	// Returns the number in the name of a file of RocksDB, or 0 if there is none.
	public static long number(String name) {
		String digits = name.replaceAll("[^0-9]", "");
		try {
			return digits.isEmpty() ? 0 : Long.parseLong(digits);
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	public static String walName(long number) {
		return String.format("%06d%s", number, WAL_SUFFIX);
	}

	public static String tableName(long number) {
		return String.format("%06d%s", number, TABLE_SUFFIX);
	}

	public static String manifestName(long number) {
		return String.format("%s%06d", MANIFEST_PREFIX, number);
	}

	public static List<String> names(Path directory) throws IOException {
		List<String> names = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
			files.forEach((file) -> names.add(String.valueOf(file.getFileName())));
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		names.sort(null);
		return names;
	}

	// Returns the files of RocksDB in a directory, which may be in use, and their sizes
	// in bytes.
	public static NavigableMap<String, Long> sizes(Path directory) throws IOException {
		NavigableMap<String, Long> sizes = new TreeMap<>();
		for (String name : names(directory)) {
			if (isRocksDb(name)) {
				try {
					BasicFileAttributes file = Files.readAttributes(directory.resolve(name), BasicFileAttributes.class,
							LinkOption.NOFOLLOW_LINKS);
					if (file.isRegularFile()) {
						sizes.put(name, file.size());
					}
				}
				catch (NoSuchFileException ex) {
					// RocksDB removes files that it no longer needs at any time.
				}
			}
		}
		return sizes;
	}

	/**
	 * Lists the files of the write-ahead log.
	 * @param directory the directory of the store
	 * @return the files in order
	 * @throws IOException if the directory can't be read
	 */
	public static List<Path> walFiles(Path directory) throws IOException {
		return sizes(directory).keySet().stream().filter(StoreFiles::isWal).map(directory::resolve).toList();
	}

	/**
	 * Returns how long the write-ahead log is.
	 * @param directory the directory of the store
	 * @return the number of bytes
	 * @throws IOException if the directory can't be read
	 */
	public static long walBytes(Path directory) throws IOException {
		return sizes(directory).entrySet()
			.stream()
			.filter((file) -> isWal(file.getKey()))
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

	/**
	 * Adds up the sizes of RocksDB's files of a store.
	 * @param directory the directory of the store
	 * @return the number of bytes
	 * @throws IOException if the directory can't be read
	 */
	public static long bytes(Path directory) throws IOException {
		return sizes(directory).values().stream().mapToLong(Long::longValue).sum();
	}

}

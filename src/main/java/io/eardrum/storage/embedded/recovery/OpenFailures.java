package io.eardrum.storage.embedded.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.rocksdb.RocksDBException;

import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.StoreDirectory;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.directory.examination.DamageSearch;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.TableChecksums;

/**
 * Explains to an operator why a store could not be opened although its files seemed to be
 * complete.
 */
final class OpenFailures {

	/** RocksDB reports the number of a table but blames the MANIFEST. */
	private static final Pattern TABLE = Pattern.compile("unique ID on table file ([0-9]+)");

	private OpenFailures() {
	}

	static StoreOpenException of(StoreDirectory directory, RocksDBException ex) {
		String message = String.valueOf(ex.getMessage());
		if (message.contains("lock hold by current process") || message.contains("While lock file")) {
			return new StoreOpenException(
					"The store in " + directory.path() + " is in use by another Eardrum (" + message + ").",
					"Stop the other one, or set eardrum.storage.path to another directory.", ex);
		}
		if (Database.isCorruption(ex)) {
			return directory.refusal(message + damagedFiles(directory, message), ex);
		}
		if (message.contains("Column family not found")) {
			return directory.refusal(manifestName(directory.path()) + " lacks its end (" + message + ")", ex);
		}
		return new StoreOpenException("The store in " + directory.path() + " can't be opened: " + message,
				"Check that eardrum.storage.path is the right directory, that this user may read and write it and "
						+ "all files in it, and that its disk works and has space left.",
				ex);
	}

	static StoreOpenException of(StoreDirectory directory, CorruptStoreException ex) {
		String message = String.valueOf(ex.getMessage());
		boolean named = message.contains(directory.path().resolve("eardrum.").toString());
		return directory.refusal(named ? message : message + damagedFiles(directory, message), ex);
	}

	private static String damagedFiles(StoreDirectory directory, String message) {
		List<String> damaged = new ArrayList<>();
		Matcher table = TABLE.matcher(message);
		if (table.find()) {
			damaged.add(directory.path().resolve(String.format("%06d.sst", Long.parseLong(table.group(1))))
					+ " is another file of that name");
		}
		damaged.addAll(findDamage(directory.path()));
		damaged.addAll(TableChecksums.findDamaged(directory.path()));
		return damaged.isEmpty() ? ". No single file is damaged; the MANIFEST or the write-ahead log may lack its end"
				: ". " + String.join("; ", damaged);
	}

	// Tables are not read.
	private static List<String> findDamage(Path path) {
		try {
			return DamageSearch.in(path)
				.stream()
				.limit(10)
				.map((finding) -> path.resolve(finding.file()) + " " + finding.problem())
				.toList();
		}
		catch (IOException ex) {
			return List.of("(the files can't be read: " + ex + ")");
		}
	}

	private static String manifestName(Path path) {
		try {
			return path.resolve(Files.readString(path.resolve(StoreFiles.CURRENT)).strip()).toString();
		}
		catch (IOException ex) {
			return "its MANIFEST";
		}
	}

}

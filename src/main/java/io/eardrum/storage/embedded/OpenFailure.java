package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Says in an operator's words why RocksDB couldn't be opened.
 */
final class OpenFailure {

	private OpenFailure() {
	}

	static StoreOpenException of(Path path, RocksDBException ex, Callable<List<Path>> logFiles) {
		String message = String.valueOf(ex.getMessage());
		if (message.contains("lock hold by current process") || message.contains("While lock file")) {
			return new StoreOpenException("The store in " + path + " is in use by another Eardrum (" + message + ").",
					"Stop the other one, or set eardrum.storage.path to another directory.", ex);
		}
		if (isCorruption(ex)) {
			// RocksDB names any file but those of the write-ahead log.
			return corruption(path, message.contains(path.toString()) ? message : message + whereOf(logFiles),
					actionOfTail(path, logFiles), ex);
		}
		return new StoreOpenException("The store in " + path + " can't be opened: " + message,
				"Check that eardrum.storage.path is the right directory, that this user may read and write it and "
						+ "all files in it, and that its disk works and has space left.",
				ex);
	}

	private static String whereOf(Callable<List<Path>> logFiles) {
		try {
			List<Path> files = logFiles.call();
			return files.isEmpty() ? ""
					: " in " + ((files.size() > 1) ? "one of the write-ahead logs " : "the write-ahead log ")
							+ files.stream().map(Path::toString).collect(Collectors.joining(", "));
		}
		catch (Exception ex) {
			return "";
		}
	}

	private static String actionOfTail(Path path, Callable<List<Path>> logFiles) {
		try {
			LogTail tail = new TailRecovery(path).find(logFiles.call());
			return (tail != null)
					? " If the power failed: what is damaged may be what was being written then, the last "
							+ tail.bytes() + " bytes of the log, with " + tail.readableRecords()
							+ " readable records behind the damage; one start with eardrum.storage.recover=tail drops them."
					: "";
		}
		catch (Exception ex) {
			return "";
		}
	}

	static StoreOpenException corruption(Path path, String what, @Nullable Throwable cause) {
		return corruption(path, what, "", cause);
	}

	private static StoreOpenException corruption(Path path, String what, String furtherAction,
			@Nullable Throwable cause) {
		return new StoreOpenException("The store in " + path + " is damaged: " + what,
				"Points that were acknowledged may be lost, so Eardrum doesn't start with it. Keep a copy of the "
						+ "directory, check the disk, and set eardrum.storage.path to a backup." + furtherAction,
				cause);
	}

	static boolean isCorruption(RocksDBException ex) {
		Status status = ex.getStatus();
		return status != null && status.getCode() == Status.Code.Corruption;
	}

}

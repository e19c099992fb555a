package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.BackupObserver;
import io.eardrum.storage.embedded.directory.seal.ClosingLedger;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.directory.seal.StoreIdentity;
import io.eardrum.storage.embedded.upkeep.Backups;

/**
 * Remembers the last backup of a store. After a start, it is the newest one of this store
 * that is still in the directory of backups.
 */
final class LastBackup implements BackupHistory, BackupObserver {

	private static final Logger logger = LoggerFactory.getLogger(LastBackup.class);

	private final AtomicLong failures = new AtomicLong();

	private volatile @Nullable Backup last;

	/**
	 * Creates the history of a store, and looks for its backups.
	 * @param backups the directory of backups, which may not exist yet
	 * @param store the directory of the store
	 */
	LastBackup(Path backups, Path store) {
		try {
			StoreIdentity identity = identity(store);
			for (String name : StoreFiles.names(backups)) {
				Path backup = backups.resolve(name);
				if (identity != null && !name.endsWith(Backups.UNFINISHED)
						&& Files.exists(backup.resolve(StoreFiles.CURRENT)) && isOf(identity, backup)) {
					note(backup);
				}
			}
		}
		catch (NoSuchFileException | NotDirectoryException ex) {
			// None was ever made.
		}
		catch (IOException ex) {
			logger.warn("The backups in {} can't be read, so the last one is not known", backups, ex);
		}
	}

	private static @Nullable StoreIdentity identity(Path directory) throws IOException {
		return StoreIdentity.isThere(directory) ? StoreIdentity.read(directory) : null;
	}

	// Several servers may have one directory for their backups.
	private static boolean isOf(StoreIdentity identity, Path backup) throws IOException {
		StoreIdentity found = identity(backup);
		return found != null && found.id().equals(identity.id());
	}

	/**
	 * Notes a backup, unless a later one is known.
	 * @param backup the directory of a complete backup
	 * @throws IOException if it can't be read
	 */
	void note(Path backup) throws IOException {
		// Written last, and not changed by those who only look at the backup.
		Backup found = new Backup(Files.getLastModifiedTime(backup.resolve(ClosingLedger.FILE)).toInstant(),
				StoreFiles.bytes(backup));
		synchronized (this) {
			Backup known = this.last;
			if (known == null || !known.made().isAfter(found.made())) {
				this.last = found;
			}
		}
	}

	@Override
	public @Nullable Backup last() {
		return this.last;
	}

	@Override
	public long failures() {
		return this.failures.get();
	}

	@Override
	public void refused(Refusal reason, Duration retryAfter) {
		if (reason == Refusal.FAILED || reason == Refusal.SPACE || reason == Refusal.KEEP) {
			this.failures.incrementAndGet();
		}
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.directory.seal.DiskSync;
import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Makes copies of a store, one at a time. The name of a copy's directory ends in
 * {@value #UNFINISHED} until the copy is complete.
 * <p>
 * Any number of threads may try. All of them must be inside the {@link UseGuard}.
 */
public final class Backups {

	/** The suffix of the name of an incomplete copy, which RocksDB appends, too. */
	public static final String UNFINISHED = ".tmp";

	private static final Logger logger = LoggerFactory.getLogger(Backups.class);

	/** The names of the files in such a directory, which has no others. */
	private static final Pattern FILES = Pattern.compile("CURRENT|IDENTITY|[0-9]+\\.(sst|log)|(MANIFEST|OPTIONS)-.*"
			+ "|eardrum\\.(store|closed)(\\.tmp)?|eardrum\\.views");

	/**
	 * How long a copy must have been unchanged to count as abandoned. Another server may
	 * use the same directory for its backups.
	 */
	private static final Duration ABANDONED = Duration.ofHours(1);

	private final StoreOpener store;

	private final Database database;

	private final LongSupplier seriesCount;

	private final long minFreeBytes;

	private final LogThrottle logThrottle = new LogThrottle();

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * Creates the backups of a store.
	 * @param store the store
	 * @param seriesCount returns how many series there are
	 * @param minFreeBytes how much space has to stay free
	 */
	public Backups(StoreOpener store, LongSupplier seriesCount, long minFreeBytes) {
		this.store = store;
		this.database = store.database();
		this.seriesCount = seriesCount;
		this.minFreeBytes = minFreeBytes;
	}

	/**
	 * Makes a copy, and removes what a crash has left of other copies in the same
	 * directory.
	 * @param target a directory that does not exist yet
	 * @throws BackupRunningException if another copy is being made
	 * @throws BackupSpaceException if there is too little space
	 * @throws StorageException if the copy can't be written
	 */
	public void make(Path target) {
		if (!this.lock.tryLock()) {
			throw new BackupRunningException();
		}
		try {
			Path parent = target.toAbsolutePath().getParent();
			if (parent == null) {
				throw new StorageException("The backup " + target + " would be a whole disk");
			}
			DiskSync.makeDirectories(parent);
			removeAbandoned(parent);
			ensureSpace(target, parent);
			// The copy gets its name only once it is complete and safe against power
			// loss.
			Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
			if (Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
				removeIfCopy(unfinished);
			}
			ClosingFacts facts = new ClosingFacts(this.database.writes(), this.seriesCount.getAsLong());
			this.database.copyTo(unfinished);
			copyViews(unfinished);
			this.store.seal(unfinished, facts);
			Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
			DiskSync.directory(parent);
			if (this.logThrottle.permits()) {
				logger.info("Copied the store in {} to {}", this.database.path(), target);
			}
		}
		catch (IOException ex) {
			throw new StorageException("The backup " + target + " can't be written: " + ex, ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	// The file is always replaced as a whole, so a copy of it is never half of it.
	private void copyViews(Path unfinished) throws IOException {
		try {
			Path copy = unfinished.resolve(StorageProperties.VIEWS);
			Files.copy(this.database.path().resolve(StorageProperties.VIEWS), copy);
			DiskSync.file(copy);
		}
		catch (NoSuchFileException ex) {
			// No view was ever saved.
		}
	}

	// On the disk of the store, a copy consists of links, and only needs the space for
	// what is written first. Elsewhere it needs as much space as the store.
	private void ensureSpace(Path target, Path parent) throws IOException {
		FileStore disk = Files.getFileStore(parent);
		long needed = this.minFreeBytes;
		if (!disk.equals(Files.getFileStore(this.database.path()))) {
			needed += StoreFiles.bytes(this.database.path());
		}
		long free = disk.getUsableSpace();
		if (free < needed) {
			throw new BackupSpaceException(target, free, needed);
		}
	}

	/**
	 * Returns whether a copy is being made. It can't be interrupted.
	 * @return whether one is
	 */
	boolean isRunning() {
		return this.lock.isLocked();
	}

	// Files that can't be removed do no harm.
	private static void removeAbandoned(Path parent) {
		Instant limit = Instant.now().minus(ABANDONED);
		try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, "*" + UNFINISHED)) {
			for (Path directory : directories) {
				if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
						&& Files.getLastModifiedTime(directory).toInstant().isBefore(limit)) {
					removeIfCopy(directory);
				}
			}
		}
		catch (IOException | DirectoryIteratorException ex) {
			logger.warn("Unfinished backups in {} can't be removed", parent, ex);
		}
	}

	private static void removeIfCopy(Path directory) throws IOException {
		List<Path> found = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
			files.forEach(found::add);
		}
		for (Path file : found) {
			if (!FILES.matcher(String.valueOf(file.getFileName())).matches()
					|| !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
				return;
			}
		}
		for (Path file : found) {
			Files.delete(file);
		}
		Files.delete(directory);
		logger.info("Removed the unfinished backup {}", directory);
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.directory.seal.StoreFiles;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Makes a store writable again after a failure. Once the disk can be written, RocksDB is
 * closed and reopened, and what the disk has lost is written from memory.
 * <p>
 * Used by the thread of the {@link StoreMonitor}. Any thread may ask what it waits for.
 */
final class StoreHealer {

	private static final Logger logger = LoggerFactory.getLogger(StoreHealer.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	/** How much must fit onto the disk before RocksDB is reopened. */
	private static final int PROBE_BYTES = StoreOpener.SPARE_BYTES;

	private final StoreOpener store;

	private final Database database;

	private final Committer committer;

	private final CheckpointScheduler checkpointScheduler;

	private final Backups backups;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final LogThrottle logThrottle;

	/** What has to happen before points can be put again, after a failed write. */
	private volatile @Nullable String healing;

	private boolean failureLogged;

	/**
	 * Creates the healer of a store.
	 * @param store the store
	 * @param committer writes what was lost
	 * @param checkpointScheduler makes the checkpoint that may be needed
	 * @param backups may be running, which delays the healing
	 * @param availability takes the outcome
	 * @param guard keeps other threads out of RocksDB
	 * @param logThrottle limits what is logged
	 */
	StoreHealer(StoreOpener store, Committer committer, CheckpointScheduler checkpointScheduler, Backups backups,
			WriteAvailability availability, UseGuard guard, LogThrottle logThrottle) {
		this.store = store;
		this.database = store.database();
		this.committer = committer;
		this.checkpointScheduler = checkpointScheduler;
		this.backups = backups;
		this.availability = availability;
		this.guard = guard;
		this.logThrottle = logThrottle;
	}

	/**
	 * Returns what has to happen before points can be put again.
	 * @return a sentence, or {@code null} if nothing was tried yet
	 */
	@Nullable String healing() {
		return this.healing;
	}

	/**
	 * Tries to make the store writable again.
	 * @param freeBytes how much space is free on the disk
	 */
	void heal(long freeBytes) {
		if (!this.failureLogged) {
			logger.error("The store takes no points: {}", this.availability.problem());
			this.failureLogged = true;
		}
		if (!this.store.isSameDirectory()) {
			this.healing = "waits until the directory is back; to use the one that is there now, restart";
			return;
		}
		try {
			probe(freeBytes);
		}
		catch (IOException ex) {
			this.healing = "waits until the disk can be written: " + ex.getMessage();
			logger.debug("The disk can't be written yet", ex);
			return;
		}
		stopCompaction();
		this.healing = this.backups.isRunning() ? "waits until the backup in progress is finished"
				: "waits until the reads and writes in progress have ended";
		if (!this.guard.shut(PATIENCE)) {
			return;
		}
		this.healing = "the store is being reopened";
		try {
			if (!reopen()) {
				this.healing = "the points in memory are being written into chunks";
				if (this.logThrottle.permits()) {
					logger.warn("The disk has lost the end of the log; a checkpoint is made from the points in memory");
				}
				this.checkpointScheduler.checkpointNow();
			}
			this.availability.writeHealed();
			this.healing = null;
			this.failureLogged = false;
			logger.info("The store in {} can be written again", this.database.path());
		}
		catch (RuntimeException ex) {
			this.availability.writeFailed(String.valueOf(ex.getMessage()));
			this.healing = "the attempt failed: the store could not be reopened or written";
			logger.debug("The store can't be written yet", ex);
		}
		// Writes that were not yet synced at the failure may be on the disk only in part.
		// After this checkpoint they are no longer needed.
		this.checkpointScheduler.request();
	}

	// Reopens RocksDB, and then the guard. Returns whether the disk still has the
	// whole log.
	private boolean reopen() {
		try {
			this.store.reopen();
			return this.committer.exclusively(() -> {
				this.committer.removeFailedRecords();
				this.committer.restoreLostSeries();
				return this.committer.isLogComplete();
			});
		}
		finally {
			this.guard.reopen();
		}
	}

	// A compaction would otherwise stay inside the guard for as long as it takes.
	private void stopCompaction() {
		int generation = this.guard.enter();
		try {
			this.database.stopCompaction();
		}
		finally {
			this.guard.leave(generation);
		}
	}

	// Ensures that the disk can be written, and has space for what opening the store may
	// write. Until then the store stays open for reads.
	private void probe(long freeBytes) throws IOException {
		long needed = StoreFiles.walBytes(this.database.path()) + PROBE_BYTES;
		if (freeBytes < needed) {
			throw new IOException(
					DiskSpace.text(freeBytes) + " are free, and " + DiskSpace.text(needed) + " may be needed");
		}
		Path file = this.database.path().resolve("eardrum.probe");
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
				StandardOpenOption.TRUNCATE_EXISTING)) {
			ByteBuffer data = ByteBuffer.allocate(PROBE_BYTES);
			while (data.hasRemaining()) {
				channel.write(data);
			}
			channel.force(true);
		}
		finally {
			Files.deleteIfExists(file);
		}
	}

}

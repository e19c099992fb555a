package io.eardrum.storage.embedded.upkeep;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * The thread that checks the store once a second. It watches the directory and the free
 * space, and lets a {@link StoreHealer} make the store writable again after a failure.
 */
public final class StoreMonitor implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(StoreMonitor.class);

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	/**
	 * How often the log is written: once at the commit, and once when RocksDB's memory is
	 * full.
	 */
	private static final int WRITES = 2;

	/**
	 * How much is written at least between two checks of the free space. A check takes
	 * some microseconds, so not every commit makes one.
	 */
	private static final long LOOK_BYTES = 1 << 20;

	/**
	 * The part of RocksDB's memory that chunks may take if they are kept only for reads:
	 * a half.
	 */
	private static final int KEPT_PART = 2;

	/** Space is scarce below this multiple of the space that has to stay free. */
	private static final int SCARCE = 2;

	private final StoreOpener store;

	private final StoreHealer healer;

	private final Database database;

	private final Committer committer;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final EmbeddedStorageSettings settings;

	private volatile long freeBytes = Long.MAX_VALUE;

	private volatile long chunkBytes;

	private boolean spaceLow;

	/** How many bytes had been written when the free space was last checked. */
	private volatile long writtenBytes;

	private final LogThrottle logThrottle = new LogThrottle();

	/** How many failures of RocksDB's own threads have been seen since it was opened. */
	private long knownErrors;

	private final StoreCounters counters;

	private final OpenReads reads;

	public StoreMonitor(StoreOpener store, Committer committer, CheckpointScheduler checkpointScheduler,
			Backups backups, WriteAvailability availability, UseGuard guard, StoreCounters counters, OpenReads reads,
			EmbeddedStorageSettings settings) {
		this.store = store;
		this.healer = new StoreHealer(store, committer, checkpointScheduler, backups, availability, guard,
				this.logThrottle);
		this.counters = counters;
		this.reads = reads;
		this.database = store.database();
		this.committer = committer;
		this.availability = availability;
		this.guard = guard;
		this.settings = settings;
	}

	/**
	 * Returns how much space was free on the disk at the last check.
	 * @return the number of bytes
	 */
	public long freeBytes() {
		return this.freeBytes;
	}

	/**
	 * Returns how much space the chunks took at the last check.
	 * @return the number of bytes
	 */
	public long chunkBytes() {
		return this.chunkBytes;
	}

	/**
	 * Returns what has to happen before points can be put again, after a failed write.
	 * @return a sentence, or {@code null} if no write has failed
	 */
	public @Nullable String healing() {
		return this.availability.isWriteFailed() ? this.healer.healing() : null;
	}

	@Override
	public void run() {
		while (!this.guard.isClosed()) {
			try {
				LockSupport.parkNanos(PERIOD_NANOS);
				if (!this.guard.isClosed()) {
					look();
				}
			}
			catch (RuntimeException | Error ex) {
				ThreadShortage.require(ex);
				if (!this.guard.isClosed() && this.logThrottle.permits()) {
					logger.error("The store could not be checked", ex);
				}
			}
		}
	}

	/**
	 * Makes all checks once.
	 */
	public void look() {
		checkDirectory();
		checkSpace();
		if (this.availability.isWriteFailed()) {
			// RocksDB counts from zero once it has been reopened.
			this.knownErrors = 0;
			this.healer.heal(this.freeBytes);
			return;
		}
		int generation = this.guard.enter();
		try {
			long errors = this.database.number(ColumnFamily.META, "rocksdb.background-errors");
			if (this.availability.isCheckpointFailed() || errors > this.knownErrors) {
				// RocksDB may refuse all writes now, which would remain unnoticed until
				// the next put.
				tryToWrite();
			}
			this.knownErrors = errors;
			if (this.reads.endSlow(() -> !areTooManyChunksKept()) > 0 && this.logThrottle.permits()) {
				logger.warn("Reads of slow clients were ended: too much memory or disk space was kept for them");
			}
			this.chunkBytes = this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size");
		}
		finally {
			this.guard.leave(generation);
		}
	}

	// Returns whether old chunks that are kept only for reads in progress take too much
	// memory, or take disk space while it is scarce.
	private boolean areTooManyChunksKept() {
		long memory = this.database.number(ColumnFamily.CHUNKS, "rocksdb.size-all-mem-tables")
				- this.database.number(ColumnFamily.CHUNKS, "rocksdb.cur-size-all-mem-tables");
		if (memory > this.settings.nativeBytes() / KEPT_PART) {
			return true;
		}
		return this.freeBytes < SCARCE * this.settings.minFreeBytes()
				&& this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size") > this.database
					.number(ColumnFamily.CHUNKS, "rocksdb.live-sst-files-size");
	}

	private void tryToWrite() {
		try {
			this.committer.exclusively(() -> {
				this.committer.removeFailedRecords();
				return true;
			});
		}
		catch (RuntimeException ex) {
			this.availability.writeFailed(String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Returns whether there is too little space to accept points. They are accepted again
	 * once there is a tenth more than the limit, because otherwise every file that comes
	 * and goes could toggle the state.
	 * @param free how many bytes are free
	 * @param limit the number of bytes below which points are refused
	 * @param before whether there was too little until now
	 * @return whether there is too little
	 */
	static boolean isLow(long free, long limit, boolean before) {
		return free < (before ? limit + limit / 10 : limit);
	}

	// RocksDB would otherwise keep writing to files that can no longer be found.
	private void checkDirectory() {
		if (!this.guard.isClosed() && !this.store.isSameDirectory()) {
			this.availability.writeFailed("The directory " + this.database.path()
					+ " is not the one that was opened: it was moved or removed, or another disk is mounted there");
		}
	}

	/**
	 * Checks the free space at once if the writes since the last check may have used it
	 * up, because a fast disk can be filled within a second. Called after each commit.
	 */
	public void written() {
		long unseen = this.counters.writtenBytes() - this.writtenBytes;
		if (isDue(unseen, this.freeBytes, this.settings.minFreeBytes())) {
			checkSpace();
		}
	}

	/**
	 * Returns whether the free space has to be checked.
	 * @param unseen how many bytes have been written since the last check
	 * @param free how many were free then
	 * @param limit the number of bytes below which points are refused
	 * @return whether half of the space beyond the limit may be used up
	 */
	static boolean isDue(long unseen, long free, long limit) {
		return unseen >= LOOK_BYTES && unseen * WRITES >= (free - limit) / 2;
	}

	/**
	 * Checks the free space.
	 */
	public synchronized void checkSpace() {
		long limit = this.settings.minFreeBytes();
		this.writtenBytes = this.counters.writtenBytes();
		try {
			this.freeBytes = Files.getFileStore(this.database.path()).getUsableSpace();
		}
		catch (IOException ex) {
			this.availability.space("The free space of " + this.database.path() + " can't be determined: " + ex);
			return;
		}
		boolean low = isLow(this.freeBytes, limit, this.spaceLow);
		String problem = "Only " + DiskSpace.text(this.freeBytes) + " are free in " + this.database.path()
				+ ", and eardrum.storage.min-free-space is " + DiskSpace.text(limit);
		if (low && !this.spaceLow) {
			logger.error("{}; no points are taken until there is more", problem);
		}
		else if (!low && this.spaceLow) {
			logger.info("{} are free in {}; points are taken again", DiskSpace.text(this.freeBytes),
					this.database.path());
		}
		this.spaceLow = low;
		this.availability.space(low ? problem : null);
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * The thread that lets RocksDB free the space of removed chunks. That may take minutes,
 * and checkpoints continue meanwhile. A compaction ends at once when the store is closed.
 * When the store is reopened, it ends as well and starts over later.
 * <p>
 * Any thread may request a compaction.
 */
public final class ChunkCompaction implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(ChunkCompaction.class);

	/**
	 * A compaction is worthwhile once this part of all chunks has been removed: a tenth.
	 */
	private static final int WORTHWHILE_DIVISOR = 10;

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	/** About how much RocksDB rewrites at most before it removes the old files. */
	private static final long MAX_REWRITTEN_BYTES = 2L << 30;

	private final Database database;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final long minFreeBytes;

	private volatile @Nullable Thread thread;

	private volatile boolean requested;

	private boolean failureLogged;

	/** Used by the checkpointer's thread. */
	private long removedBytes;

	/**
	 * Creates the compaction of a store.
	 * @param database holds the chunks
	 * @param availability whether the store can be written
	 * @param guard the guard that each compaction enters
	 * @param minFreeBytes how many bytes of disk space have to stay free meanwhile
	 */
	public ChunkCompaction(Database database, WriteAvailability availability, UseGuard guard, long minFreeBytes) {
		this.database = database;
		this.availability = availability;
		this.guard = guard;
		this.minFreeBytes = minFreeBytes;
	}

	/**
	 * Notes that chunks have been removed, and requests a compaction once that is
	 * worthwhile. Used by the checkpointer's thread.
	 * @param bytes how many bytes they had
	 */
	void removed(long bytes) {
		this.removedBytes += bytes;
		long stored = this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size");
		if (this.removedBytes > stored / WORTHWHILE_DIVISOR) {
			request();
			this.removedBytes = 0;
		}
	}

	/**
	 * Requests a compaction. One that is already in progress does not count.
	 */
	public void request() {
		this.requested = true;
		LockSupport.unpark(this.thread);
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		boolean failed = false;
		while (!this.guard.isClosed()) {
			if (failed || !this.requested) {
				LockSupport.parkNanos(PERIOD_NANOS);
			}
			failed = this.requested && !compact();
		}
	}

	// Returns false if this has to be tried again, but not at once.
	private boolean compact() {
		int generation;
		try {
			generation = this.guard.enter();
		}
		catch (RuntimeException ex) {
			return false;
		}
		try {
			// StoreMonitor would have to wait for a compaction that begins now.
			if (this.availability.isWriteFailed()) {
				return false;
			}
			ensureSpace();
			this.requested = false;
			this.database.compactChunks();
			this.failureLogged = false;
			return true;
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
			this.requested = true;
			if (!this.guard.isClosed() && !this.failureLogged) {
				logger.warn("The space of removed points can't be freed yet", ex);
				this.failureLogged = true;
			}
			return false;
		}
		finally {
			this.guard.leave(generation);
		}
	}

	// The old chunks stay until the new ones have been written.
	private void ensureSpace() {
		long needed = this.minFreeBytes + Math.min(MAX_REWRITTEN_BYTES,
				this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size"));
		long free = DiskSpace.free(this.database.path());
		if (this.minFreeBytes > 0 && free < needed) {
			throw new StorageException("Only " + DiskSpace.text(free) + " are free in " + this.database.path()
					+ ", and " + DiskSpace.text(needed) + " are needed, including eardrum.storage.min-free-space");
		}
	}

}

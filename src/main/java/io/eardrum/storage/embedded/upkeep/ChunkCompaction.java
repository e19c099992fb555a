package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * The thread that has RocksDB give back the space of removed chunks, which may take
 * minutes: checkpoints go on meanwhile. It ends at once when the store is closed, and
 * starts over later when it is opened anew.
 * <p>
 * It may be asked by any thread.
 */
public final class ChunkCompaction implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(ChunkCompaction.class);

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	/** RocksDB rewrites no more than about this at a time, and then removes the old. */
	private static final long MAX_REWRITTEN_BYTES = 2L << 30;

	private final Database database;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final long minFreeBytes;

	private volatile @Nullable Thread thread;

	private volatile boolean requested;

	private boolean failureLogged;

	/**
	 * Creates what compacts chunks.
	 * @param database where they are
	 * @param availability whether the store can be written
	 * @param guard through which each compaction goes
	 * @param minFreeBytes how much space has to stay free meanwhile
	 */
	public ChunkCompaction(Database database, WriteAvailability availability, UseGuard guard, long minFreeBytes) {
		this.database = database;
		this.availability = availability;
		this.guard = guard;
		this.minFreeBytes = minFreeBytes;
	}

	/**
	 * Asks for a compaction; one that is under way does not count.
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

	// Returns false if it is to be tried again, but not at once
	private boolean compact() {
		int generation;
		try {
			generation = this.guard.enter();
		}
		catch (RuntimeException ex) {
			return false;
		}
		try {
			// Not one that StoreMonitor would wait for.
			if (this.availability.isWriteFailed()) {
				return false;
			}
			ensureSpace();
			this.requested = false;
			this.database.compactChunks();
			this.failureLogged = false;
			return true;
		}
		catch (OutOfMemoryError ex) {
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			this.requested = true;
			if (!this.guard.isClosed() && !this.failureLogged) {
				logger.warn("The space of removed points can't be given back yet", ex);
				this.failureLogged = true;
			}
			return false;
		}
		finally {
			this.guard.leave(generation);
		}
	}

	// The old chunks are there until the new ones are.
	private void ensureSpace() {
		long needed = this.minFreeBytes + Math.min(MAX_REWRITTEN_BYTES,
				this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size"));
		long free = DiskSpace.free(this.database.path());
		if (this.minFreeBytes > 0 && free < needed) {
			throw new StorageException("Only " + free + " bytes are free in " + this.database.path() + ", and " + needed
					+ " are needed, with eardrum.storage.min-free-space");
		}
	}

}

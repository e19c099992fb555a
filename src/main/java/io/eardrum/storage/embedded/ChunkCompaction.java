package io.eardrum.storage.embedded;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that has RocksDB give back the space of removed chunks, which may take
 * minutes: checkpoints go on meanwhile. It ends at once when the store is closed, and
 * starts over later when it is opened anew.
 * <p>
 * It may be asked by any thread.
 */
final class ChunkCompaction implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(ChunkCompaction.class);

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	private final Database database;

	private final Availability availability;

	private final Gate gate;

	private volatile @Nullable Thread thread;

	private volatile boolean requested;

	private boolean failureLogged;

	ChunkCompaction(Database database, Availability availability, Gate gate) {
		this.database = database;
		this.availability = availability;
		this.gate = gate;
	}

	/**
	 * Asks for a compaction; one that is under way does not count.
	 */
	void request() {
		this.requested = true;
		LockSupport.unpark(this.thread);
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		boolean failed = false;
		while (!this.gate.isClosed()) {
			if (failed || !this.requested) {
				LockSupport.parkNanos(PERIOD_NANOS);
			}
			failed = this.requested && !compact();
		}
	}

	// Returns false if it is to be tried again, but not at once
	private boolean compact() {
		int era;
		try {
			era = this.gate.enter();
		}
		catch (RuntimeException ex) {
			return false;
		}
		try {
			// Not one that Watch would wait for.
			if (this.availability.isWriteFailed()) {
				return false;
			}
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
			if (!this.gate.isClosed() && !this.failureLogged) {
				logger.warn("The space of removed points can't be given back yet", ex);
				this.failureLogged = true;
			}
			return false;
		}
		finally {
			this.gate.leave(era);
		}
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.log.HeadMemoryLimit;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.NativeHeap;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * The thread that makes checkpoints when they are due. It also removes old points, checks
 * the clock for that, finds points in the future, and releases native memory.
 */
public final class CheckpointScheduler implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(CheckpointScheduler.class);

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long SWEEP_NANOS = Duration.ofMinutes(15).toNanos();

	/**
	 * How many times larger the log may be than the points in memory at which a
	 * checkpoint is due. The log also has the points that were overwritten in memory, and
	 * batches of one point take more space there.
	 */
	private static final int LOG_PER_HEADS = 4;

	private static final String ENDED = "The thread that makes checkpoints has ended; the server has to be restarted";

	private final Heads heads;

	private final Checkpointer checkpointer;

	private final RetentionSweeper sweeper;

	private final RetentionClock retentionClock;

	private final AheadSeriesWalk aheadSeries;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final HeadMemoryLimit headMemoryLimit;

	private final StoreCounters counters;

	private final EmbeddedStorageSettings settings;

	private final NativeHeap nativeHeap = new NativeHeap();

	private final LogThrottle logThrottle = new LogThrottle();

	private volatile @Nullable Thread thread;

	private volatile boolean requested;

	private long lastCheckpoint = System.nanoTime();

	private long lastSweep = System.nanoTime();

	public CheckpointScheduler(Heads heads, Checkpointer checkpointer, RetentionSweeper sweeper,
			RetentionClock retentionClock, AheadSeriesWalk aheadSeries, WriteAvailability availability, UseGuard guard,
			HeadMemoryLimit headMemoryLimit, StoreCounters counters, EmbeddedStorageSettings settings) {
		this.heads = heads;
		this.checkpointer = checkpointer;
		this.sweeper = sweeper;
		this.retentionClock = retentionClock;
		this.aheadSeries = aheadSeries;
		this.availability = availability;
		this.guard = guard;
		this.headMemoryLimit = headMemoryLimit;
		this.counters = counters;
		this.settings = settings;
	}

	/**
	 * Requests a checkpoint if points take enough memory. This is cheap, because it is
	 * called for every write for which memory had to be allocated.
	 */
	public void requestIfDue() {
		if (!this.requested && isLarge()) {
			request();
		}
	}

	/**
	 * Requests a checkpoint.
	 */
	public void request() {
		this.requested = true;
		LockSupport.unpark(this.thread);
	}

	/**
	 * Makes a checkpoint in the calling thread. Afterwards the log holds only what was
	 * put meanwhile.
	 */
	public void checkpointNow() {
		int generation = this.guard.enter();
		try {
			synchronized (this.checkpointer) {
				this.checkpointer.checkpoint(generation);
			}
			this.headMemoryLimit.changed();
		}
		finally {
			this.guard.leave(generation);
		}
	}

	/**
	 * Removes old points in the calling thread.
	 */
	public void sweepNow() {
		int generation = this.guard.enter();
		try {
			synchronized (this.checkpointer) {
				this.sweeper.sweep(generation);
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		try {
			boolean failed = false;
			while (awaitReason(failed)) {
				failed = !attend();
			}
		}
		finally {
			if (!this.guard.isClosed()) {
				this.availability.checkpointFailed(ENDED);
				this.headMemoryLimit.changed();
			}
		}
	}

	// Returns false if this has to be tried again, but not at once.
	private boolean attend() {
		try {
			boolean done;
			int generation = this.guard.enter();
			try {
				keepTime();
				done = checkpoint(generation) && sweepIfDue(generation);
				if (done) {
					lookAhead(generation);
				}
			}
			finally {
				this.guard.leave(generation);
			}
			this.nativeHeap.trimIfDue();
			return done;
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
			// Writers that wait for memory wait for this thread, so it must not end.
			if (!this.guard.isClosed() && this.logThrottle.permits()) {
				logger.error("The thread that makes checkpoints failed and continues", ex);
			}
			return false;
		}
	}

	private boolean awaitReason(boolean failed) {
		if (failed || (!this.requested && !isLarge())) {
			LockSupport.parkNanos(PERIOD_NANOS);
		}
		return !this.guard.isClosed();
	}

	private boolean isLarge() {
		return this.heads.liveBytes() >= this.settings.checkpointBytes()
				|| this.heads.largest() >= this.headMemoryLimit.maxSeriesPoints() / 2
				|| (!this.heads.isCheckpointUnderWay()
						&& this.counters.logBytes() >= LOG_PER_HEADS * this.settings.checkpointBytes());
	}

	private boolean isDue() {
		long age = System.nanoTime() - this.lastCheckpoint;
		return this.requested || isLarge() || this.availability.isCheckpointFailed()
				|| (age > this.settings.checkpointInterval().toNanos() && this.heads.bytes() > 0);
	}

	// Returns false if this has to be tried again, but not at once.
	private boolean checkpoint(int generation) {
		if (this.availability.isWriteFailed()) {
			return false;
		}
		if (!isDue()) {
			return true;
		}
		this.requested = false;
		try {
			synchronized (this.checkpointer) {
				this.checkpointer.checkpoint(generation);
			}
			this.lastCheckpoint = System.nanoTime();
			if (this.availability.isCheckpointFailed()) {
				this.availability.checkpointSucceeded();
				logger.info("A checkpoint succeeded again");
			}
			this.headMemoryLimit.changed();
			return true;
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
			if (!this.guard.isClosed()) {
				if (!this.availability.isCheckpointFailed()) {
					logger.error("A checkpoint failed; no points are taken until one succeeds", ex);
				}
				this.availability.checkpointFailed("A checkpoint failed: " + ex.getMessage());
				this.headMemoryLimit.changed();
			}
			return false;
		}
	}

	// A failure to save the time does little harm: the clock may be doubted after the
	// next start.
	private void keepTime() {
		this.retentionClock.look();
		if (this.availability.isWriteFailed() || this.availability.isCheckpointFailed()) {
			return;
		}
		try {
			this.retentionClock.saveIfDue();
		}
		catch (StorageException ex) {
			if (!this.guard.isClosed() && this.logThrottle.permits()) {
				logger.error("The time that retention goes by could not be saved", ex);
			}
		}
	}

	private void lookAhead(int generation) {
		try {
			synchronized (this.checkpointer) {
				this.aheadSeries.advance(generation);
			}
		}
		catch (StorageException ex) {
			// The store is needed exclusively, or it can't be read. The walk continues
			// later.
			logger.debug("The search for series that are ahead of the clock continues later", ex);
		}
	}

	private boolean sweepIfDue(int generation) {
		if (!this.settings.retention().isLimited() || System.nanoTime() - this.lastSweep < SWEEP_NANOS) {
			return true;
		}
		this.lastSweep = System.nanoTime();
		try {
			synchronized (this.checkpointer) {
				this.sweeper.sweep(generation);
			}
			return true;
		}
		catch (RuntimeException | Error ex) {
			ThreadShortage.require(ex);
			if (!this.guard.isClosed()) {
				logger.error("Old points could not be removed", ex);
			}
			return false;
		}
	}

}

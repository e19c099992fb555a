package io.eardrum.storage.embedded.upkeep;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.Fsync;

/**
 * The thread that makes writes safe against power loss once a second, counted from the
 * beginning of one sync to that of the next, and notes what is safe. With
 * {@link Fsync#ALWAYS}, puts are already safe, and it syncs only for the note. With
 * {@link Fsync#NEVER}, it only notes what checkpoints have made safe.
 */
public final class LogSyncer implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(LogSyncer.class);

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	private final StoreOpener store;

	private final Committer committer;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final Fsync fsync;

	private final LogThrottle logThrottle = new LogThrottle();

	public LogSyncer(StoreOpener store, Committer committer, WriteAvailability availability, UseGuard guard,
			Fsync fsync) {
		this.store = store;
		this.committer = committer;
		this.availability = availability;
		this.guard = guard;
		this.fsync = fsync;
	}

	@Override
	public void run() {
		long next = System.nanoTime() + PERIOD_NANOS;
		while (!this.guard.isClosed()) {
			long left = next - System.nanoTime();
			if (left > 0) {
				LockSupport.parkNanos(left);
				continue;
			}
			next = System.nanoTime() + PERIOD_NANOS;
			try {
				sync();
			}
			catch (RuntimeException | Error ex) {
				ThreadShortage.require(ex);
				if (!this.guard.isClosed() && this.logThrottle.permits()) {
					logger.error("Recent writes could not be synced", ex);
				}
			}
		}
	}

	/**
	 * Syncs once, if the settings ask for it, and notes what is safe.
	 */
	public void sync() {
		int generation = this.guard.enter();
		try {
			if (this.availability.isWriteFailed() || !this.store.isSameDirectory()) {
				return;
			}
			try {
				switch (this.fsync) {
					case ALWAYS -> this.store.database().syncIfWritten();
					case EVERYSEC -> this.committer.syncIfNeeded();
					case NEVER -> {
						// Checkpoints sync.
					}
				}
			}
			catch (StorageException ex) {
				this.availability.writeFailed(String.valueOf(ex.getMessage()));
				return;
			}
			this.store.mark();
		}
		finally {
			this.guard.leave(generation);
		}
	}

}

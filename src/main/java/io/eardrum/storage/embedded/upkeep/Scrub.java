package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.TableChecksums;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * The thread that regularly reads all tables of the store and compares their checksums,
 * so that damage to data that is not being read is found while a backup still has it.
 * <p>
 * It reads one file after the other, bypassing RocksDB and its cache and outside the
 * {@link UseGuard}. After each file it rests for ten times as long as reading it took, or
 * for less if otherwise not all files would be read within the interval. It never keeps
 * the store from being closed or reopened. The time when all files were found undamaged
 * is noted in the store, so that the interval does not begin again after a restart.
 * <p>
 * Any thread may read what it found.
 */
public final class Scrub implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Scrub.class);

	/** How often damaged files that are no longer in use are forgotten. */
	private static final long REVIEW_NANOS = Duration.ofMinutes(1).toNanos();

	/**
	 * The time after which another attempt is made if the store could not be read for
	 * other reasons.
	 */
	private static final Duration RETRY = Duration.ofMinutes(10);

	/** The time for which a start is left undisturbed. */
	private static final Duration START_DELAY = Duration.ofMinutes(1);

	private static final int START_DELAY_DIVISOR = 100;

	private static final int REST = 10;

	private final Database database;

	private final WriteAvailability availability;

	private final UseGuard guard;

	private final Duration interval;

	private final Clock clock;

	private final Set<Path> damaged = new ConcurrentSkipListSet<>();

	private final LogThrottle logThrottle = new LogThrottle();

	private volatile @Nullable Thread thread;

	private volatile long lastSuccessMillis;

	/**
	 * Creates the scrub of a store.
	 * @param database the store
	 * @param availability whether the store can be written; while it can't, nothing is
	 * read
	 * @param guard shows whether the store is closing
	 * @param interval how often all tables are read; zero means never
	 * @param clock the clock by which the last success is noted
	 */
	public Scrub(Database database, WriteAvailability availability, UseGuard guard, Duration interval, Clock clock) {
		this.database = database;
		this.availability = availability;
		this.guard = guard;
		this.interval = interval;
		this.clock = clock;
	}

	/**
	 * Reads from the store when it was last found undamaged. Called before any other
	 * method, with the database open.
	 */
	public void start() {
		this.lastSuccessMillis = StoreMetadata.SCRUBBED.read(this.database, 0);
	}

	/**
	 * Returns whether the settings ask for reading tables in the background.
	 * @return whether they do
	 */
	public boolean isWanted() {
		return !this.interval.isZero();
	}

	/**
	 * Returns when all tables were last found undamaged.
	 * @return the time, in milliseconds since 1970; 0 if they never were
	 */
	public long lastSuccessMillis() {
		return this.lastSuccessMillis;
	}

	/**
	 * Returns the files that were found damaged and were still in use at the last check.
	 * @return the files, by name
	 */
	public List<Path> damaged() {
		return List.copyOf(this.damaged);
	}

	/**
	 * Makes the thread end at once. Called after the guard has been closed.
	 */
	public void stop() {
		LockSupport.unpark(this.thread);
	}

	@Override
	public void run() {
		this.thread = Thread.currentThread();
		long due = System.nanoTime() + untilDue().toNanos();
		long review = System.nanoTime() + REVIEW_NANOS;
		while (!this.guard.isClosed()) {
			long now = System.nanoTime();
			LockSupport.parkNanos(Math.max(1, Math.min(review - now, due - now)));
			try {
				if (System.nanoTime() - review >= 0) {
					review = System.nanoTime() + REVIEW_NANOS;
					forgetReplaced();
				}
				if (System.nanoTime() - due >= 0) {
					due = System.nanoTime() + (scrub() ? this.interval : retry()).toNanos();
				}
			}
			catch (RuntimeException | Error ex) {
				ThreadShortage.require(ex);
				due = System.nanoTime() + retry().toNanos();
				if (!this.guard.isClosed() && this.logThrottle.permits()) {
					logger.warn("The files of the store could not be read in the background", ex);
				}
			}
		}
	}

	private Duration retry() {
		return (this.interval.compareTo(RETRY) < 0) ? this.interval : RETRY;
	}

	/**
	 * Returns how long it takes until tables are read again.
	 * @return the time, based on the last success; never less than the time for which a
	 * start is left undisturbed
	 */
	public Duration untilDue() {
		Duration least = this.interval.dividedBy(START_DELAY_DIVISOR);
		if (least.compareTo(START_DELAY) > 0) {
			least = START_DELAY;
		}
		long age = this.clock.millis() - this.lastSuccessMillis;
		// A success in the future was noted when the clock was wrong.
		Duration left = (this.lastSuccessMillis == 0 || age < 0) ? Duration.ZERO
				: this.interval.minus(Duration.ofMillis(age));
		return (left.compareTo(least) > 0) ? left : least;
	}

	/**
	 * Reads all tables in the calling thread, and rests in between.
	 * @return whether each table could be read, damaged or not; if not, it should be
	 * tried again soon
	 */
	public boolean scrub() {
		long deadline = System.nanoTime() + this.interval.toNanos();
		List<Path> tables = tables();
		boolean whole = true;
		for (int i = 0; i < tables.size(); i++) {
			if (this.guard.isClosed() || this.availability.isWriteFailed()) {
				return false;
			}
			long start = System.nanoTime();
			State state = read(tables.get(i));
			if (state == State.UNREADABLE) {
				return false;
			}
			whole &= state == State.WHOLE;
			long now = System.nanoTime();
			rest(pause(now - start, tables.size() - i - 1, deadline - now));
		}
		if (whole) {
			this.damaged.clear();
			noteSuccess();
		}
		return true;
	}

	private State read(Path table) {
		try {
			TableChecksums.verify(table);
			this.damaged.remove(table);
			return State.WHOLE;
		}
		catch (RocksDBException ex) {
			String problem = String.valueOf(ex.getMessage());
			if (!tables().contains(table)) {
				// A compaction has replaced it meanwhile, and removed the file.
				return State.WHOLE;
			}
			if (this.guard.isClosed() || this.availability.isWriteFailed() || isShortage(problem)) {
				logger.warn("The file {} can't be read at the moment: {}", table, problem);
				return State.UNREADABLE;
			}
			this.damaged.add(table);
			logger.error("The file {} is damaged: {}. Reads of its content fail. Keep a copy of the store, check "
					+ "the disk, and restart from a backup", table, problem);
			return State.DAMAGED;
		}
	}

	// Returns whether a problem says nothing about the file.
	private static boolean isShortage(String problem) {
		return problem.contains("Too many open files") || problem.contains("Cannot allocate memory");
	}

	private List<Path> tables() {
		int generation = this.guard.enter();
		try {
			return this.database.tables();
		}
		finally {
			this.guard.leave(generation);
		}
	}

	private void forgetReplaced() {
		if (!this.damaged.isEmpty()) {
			this.damaged.retainAll(Set.copyOf(tables()));
		}
	}

	/**
	 * Returns how long to rest after a file.
	 * @param took how long it took to read it, in nanoseconds
	 * @param files how many files are left
	 * @param left how much of the interval is left, in nanoseconds
	 * @return the time in nanoseconds; 0 after the last file
	 */
	public static long pause(long took, int files, long left) {
		if (files == 0) {
			return 0;
		}
		// Assumes that each of the other files takes as long.
		return Math.max(0, Math.min(REST * took, left / files - took));
	}

	private void rest(long nanos) {
		long end = System.nanoTime() + nanos;
		while (!this.guard.isClosed() && System.nanoTime() - end < 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	private void noteSuccess() {
		long now = this.clock.millis();
		int generation = this.guard.enter();
		try {
			EncodedWriteBatch batch = new EncodedWriteBatch(64);
			StoreMetadata.SCRUBBED.write(now, batch);
			this.database.write(batch, false);
		}
		catch (StorageException ex) {
			logger.debug("The successful scrub can't be noted", ex);
		}
		finally {
			this.guard.leave(generation);
		}
		this.lastSuccessMillis = now;
	}

	/** The result of reading a file. */
	private enum State {

		WHOLE, DAMAGED, UNREADABLE

	}

}

package io.eardrum.storage.embedded.upkeep;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Provides the time that retention goes by, both for removing points and for reading
 * them. It guards against a wrong clock, because the points that one removes would be
 * gone for good.
 * <p>
 * Besides the clock there is the store's own time, which never goes back. It advances
 * with the running time of the process, is noted in the store, and follows a clock that
 * is ahead of it by an hour at most. The earlier of the two counts. A clock that is
 * further ahead, as after a night for which the machine was off, is doubted until it has
 * run evenly for an hour of running time, or for a day if it is more than a day ahead.
 * The store can't distinguish a clock that has jumped from a time in which the process
 * did not run.
 * <p>
 * The running time since the doubt began is noted as well, so that the doubt does not
 * start over after a restart. It does not start over either when the clock gains another
 * day at most: the clock then only has to run evenly for another hour. Otherwise a
 * machine that is off every night would never end the doubt.
 * <p>
 * Safe for any number of threads once it has been started.
 */
public final class RetentionClock {

	private static final Logger logger = LoggerFactory.getLogger(RetentionClock.class);

	private static final long NANOS_PER_SECOND = 1_000_000_000;

	private static final long HOUR = Duration.ofHours(1).toSeconds();

	private static final long DAY = Duration.ofDays(1).toSeconds();

	/** By how many seconds a clock that runs evenly may deviate from the running time. */
	private static final long EVEN_SECONDS = 60;

	private static final long SAVE_NANOS = Duration.ofMinutes(5).toNanos();

	private static final long MISSING = Long.MIN_VALUE;

	/**
	 * The own time of a store that does not know it. It stays below zero however long it
	 * advances.
	 */
	private static final long UNKNOWN = -(1L << 40);

	private final Database database;

	private final Clock clock;

	private final LongSupplier nanos;

	private final boolean limited;

	private final LogThrottle logThrottle = new LogThrottle();

	private volatile OwnTime own;

	/**
	 * By how many seconds the clock was ahead when it was last checked, or 0 if it was
	 * not doubted.
	 */
	private volatile long jumpSeconds;

	/** By how many seconds the clock was ahead when it last ran unevenly. */
	private long ahead;

	/**
	 * For how much longer the clock has to run evenly; 0 or less if it is not doubted.
	 */
	private long doubtNanos;

	private long lookedNanos;

	private long savedNanos;

	private boolean running;

	private boolean doubtLogged;

	private volatile boolean changed;

	/**
	 * Creates the clock, which knows no time until it is started.
	 * @param database keeps the store's own time
	 * @param clock the clock, right or wrong
	 * @param nanos returns the running time in nanoseconds, as {@link System#nanoTime()}
	 * does
	 * @param limited whether points are ever too old; if not, nothing is logged
	 */
	public RetentionClock(Database database, Clock clock, LongSupplier nanos, boolean limited) {
		this.database = database;
		this.clock = clock;
		this.nanos = nanos;
		this.limited = limited;
		this.own = new OwnTime(UNKNOWN, nanos.getAsLong(), true);
	}

	/**
	 * Continues with the time that is noted in the store. Called before any other method.
	 * @param empty whether the store has no series, and therefore nothing that a wrong
	 * clock could remove
	 * @param accept whether to believe the clock now, however far it is ahead
	 * @param writable whether the time can be noted now; otherwise it is noted once it
	 * can be
	 */
	public void start(boolean empty, boolean accept, boolean writable) {
		synchronized (this) {
			long noted = StoreMetadata.RETENTION_TIME.read(this.database, MISSING);
			long wall = wallSeconds();
			long nano = this.nanos.getAsLong();
			if ((accept || (empty && noted == MISSING)) && wall > noted) {
				this.own = new OwnTime(wall, nano, false);
				if (accept && this.limited && !empty && (noted == MISSING || wall - noted > HOUR)) {
					logger.info("Retention goes by the clock, which says {}, because of "
							+ "eardrum.storage.retention-jump=accept; remove that property before the next start",
							Instant.ofEpochSecond(wall));
				}
			}
			else {
				this.doubtNanos = StoreMetadata.CLOCK_DOUBT.read(this.database, 0) * NANOS_PER_SECOND;
				this.ahead = StoreMetadata.CLOCK_AHEAD.read(this.database, 0);
				this.own = new OwnTime((noted != MISSING) ? noted : UNKNOWN, nano, this.doubtNanos > 0);
			}
			look();
			this.running = true;
		}
		if (!writable) {
			this.changed = true;
			return;
		}
		try {
			// Saved before the first point, because a store that has points but no time
			// is one of an older version.
			save();
		}
		catch (StorageException ex) {
			// The disk may be full. Points can still be read.
			this.changed = true;
			logger.error("The time that retention goes by could not be saved", ex);
		}
	}

	/**
	 * Returns the time that retention goes by now. This is cheap.
	 * @return seconds since 1970; {@link Long#MIN_VALUE}, with which nothing is too old,
	 * if the store does not know the time
	 */
	public long seconds() {
		OwnTime time = this.own;
		long wall = wallSeconds();
		long reached = time.seconds(this.nanos.getAsLong());
		return (wall <= reached || time.doubted()) ? time.earlier(wall, reached) : look();
	}

	/**
	 * Checks the clock. This has to be done now and then so that a doubt can end.
	 * @return the same as {@link #seconds()}
	 */
	public synchronized long look() {
		long nano = this.nanos.getAsLong();
		long wall = wallSeconds();
		OwnTime time = this.own;
		long reached = time.seconds(nano);
		long distance = wall - reached;
		if (distance <= HOUR) {
			if (time.doubted()) {
				endDoubt(new OwnTime(reached, nano, false), "The clock agrees again with the time that has passed");
			}
		}
		else if (!time.doubted()) {
			beginDoubt(reached, nano, distance);
		}
		else {
			goOnDoubting(distance, nano);
			if (this.doubtNanos <= 0) {
				endDoubt(new OwnTime(wall, nano, false), "The clock has run evenly");
			}
		}
		if (distance > 0 && !this.own.doubted()) {
			this.own = new OwnTime(wall, nano, false);
		}
		this.jumpSeconds = this.own.doubted() ? distance : 0;
		this.lookedNanos = nano;
		return this.own.earlier(wall, this.own.seconds(nano));
	}

	private void beginDoubt(long reached, long nano, long distance) {
		this.own = new OwnTime(reached, nano, true);
		this.ahead = distance;
		this.doubtNanos = doubt(distance);
		this.changed = true;
		logDoubt(reached, distance);
	}

	private void goOnDoubting(long distance, long nano) {
		long change = distance - this.ahead;
		if (Math.abs(change) <= (this.running ? EVEN_SECONDS : HOUR)) {
			if (this.running) {
				this.doubtNanos -= nano - this.lookedNanos;
			}
			else {
				this.ahead = distance;
			}
		}
		else {
			this.ahead = distance;
			// If the clock gained less than a day, the machine may have been off for a
			// night.
			this.doubtNanos = (change >= -HOUR && change <= DAY) ? Math.max(this.doubtNanos, HOUR * NANOS_PER_SECOND)
					: doubt(distance);
			this.changed = true;
		}
		if (!this.running) {
			logDoubt(this.own.seconds(nano), distance);
		}
	}

	private static long doubt(long distance) {
		return ((distance <= DAY) ? HOUR : DAY) * NANOS_PER_SECOND;
	}

	private void endDoubt(OwnTime time, String reason) {
		this.own = time;
		this.doubtNanos = 0;
		this.ahead = 0;
		this.changed = true;
		if (this.doubtLogged) {
			logger.info("{}; retention goes by it", reason);
			this.doubtLogged = false;
		}
	}

	// A clock that jumps back and forth must not fill the log.
	private void logDoubt(long reached, long distance) {
		if (!this.limited || !this.logThrottle.permits()) {
			return;
		}
		this.doubtLogged = true;
		if (reached < 0) {
			logger.info(
					"The store in {} was left by an earlier version and does not say when it was last used: "
							+ "no point is removed until the clock has run evenly for {}",
					this.database.path(), text(this.doubtNanos / NANOS_PER_SECOND));
		}
		else {
			logger
				.warn("The clock says {}, which is {} ahead of the time that has passed for the store in {}. Points are "
						+ "removed by the latter, {}, until the clock has run evenly for {}. If the clock is wrong, set "
						+ "it right; to have it believed at once, start with eardrum.storage.retention-jump=accept",
						Instant.ofEpochSecond(reached + distance), text(distance), this.database.path(),
						Instant.ofEpochSecond(reached), text(this.doubtNanos / NANOS_PER_SECOND));
		}
	}

	/**
	 * Returns by how many seconds the clock is ahead, if that keeps points from being
	 * removed.
	 * @return the number of seconds; 0 if the clock is believed, if points are never
	 * removed, or if the store does not know the time
	 */
	public long jumpSeconds() {
		return (this.limited && this.own.isKnown()) ? this.jumpSeconds : 0;
	}

	/**
	 * Returns what a clock that is ahead holds up.
	 * @return a sentence, or {@code null} if the clock is believed or points are never
	 * removed
	 */
	public synchronized @Nullable String held() {
		if (!this.limited || !this.own.doubted()) {
			return null;
		}
		String left = "it is believed once it has run evenly for "
				+ text(Math.max(0, this.doubtNanos / NANOS_PER_SECOND));
		return this.own.isKnown()
				? "retention goes by " + Instant.ofEpochSecond(this.own.seconds(this.lookedNanos))
						+ ", because the clock is " + text(this.jumpSeconds) + " ahead; " + left
				: "no point is removed yet, because the store does not say whether the clock is right; " + left;
	}

	private static String text(long seconds) {
		if (seconds >= 2 * DAY) {
			return seconds / DAY + " days";
		}
		return (seconds >= 2 * HOUR) ? seconds / HOUR + " hours" : seconds / 60 + " minutes";
	}

	/**
	 * Saves the time in the store every few minutes, and when a doubt of the clock begins
	 * or ends. Called by one thread, which is inside the {@link UseGuard}.
	 */
	void saveIfDue() {
		boolean due;
		synchronized (this) {
			due = this.changed || this.nanos.getAsLong() - this.savedNanos >= SAVE_NANOS;
		}
		if (due) {
			save();
		}
	}

	/**
	 * Saves the time in the store. It is not made safe against power loss, because an
	 * older time only makes the store doubt the clock more easily.
	 */
	public void save() {
		EncodedWriteBatch batch = new EncodedWriteBatch(128);
		synchronized (this) {
			this.savedNanos = this.nanos.getAsLong();
			this.changed = false;
			StoreMetadata.RETENTION_TIME.write(this.own.seconds(this.savedNanos), batch);
			StoreMetadata.CLOCK_AHEAD.write(this.ahead, batch);
			// Rounded up, so that the rest of a doubt is never zero.
			StoreMetadata.CLOCK_DOUBT.write((this.doubtNanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND, batch);
		}
		// Writes outside the lock, because others wait for it and a write may be slow.
		this.database.write(batch, false);
	}

	private long wallSeconds() {
		return this.clock.instant().getEpochSecond();
	}

	/**
	 * The store's own time.
	 *
	 * @param base what it was at some moment, in seconds since 1970
	 * @param baseNanos that moment, as a running time in nanoseconds
	 * @param doubted whether the clock is so far ahead that it does not count
	 */
	private record OwnTime(long base, long baseNanos, boolean doubted) {

		long seconds(long nano) {
			return this.base + (nano - this.baseNanos) / NANOS_PER_SECOND;
		}

		long earlier(long wall, long reached) {
			return isKnown() ? Math.min(wall, reached) : Long.MIN_VALUE;
		}

		boolean isKnown() {
			return this.base >= 0;
		}

	}

}

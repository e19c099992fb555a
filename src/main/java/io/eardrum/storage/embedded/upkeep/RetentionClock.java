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
 * Tells the time by which retention judges, for removing points as for reading them: what
 * a wrong clock has removed would be gone for good.
 * <p>
 * Besides the clock there is the store's own time, which never goes back. It passes with
 * the running time of the process, is noted in the store, and follows a clock that is
 * ahead of it by an hour at most. The earlier of the two counts. A clock that is further
 * ahead is doubted until it has gone on evenly for an hour of running time, as after a
 * night for which the machine was off, or for a day if it is more than a day ahead.
 * Whether it has jumped or the process did not run meanwhile can't be told.
 * <p>
 * The time run in doubt is noted as well, so that a restart does not begin anew. A clock
 * that gains another day at most does not either, or a machine that is off every night
 * would never get there: the clock only has to go on evenly for another hour.
 * <p>
 * Safe for any number of threads, once it is started.
 */
public final class RetentionClock {

	private static final Logger logger = LoggerFactory.getLogger(RetentionClock.class);

	private static final long NANOS_PER_SECOND = 1_000_000_000;

	private static final long HOUR = Duration.ofHours(1).toSeconds();

	private static final long DAY = Duration.ofDays(1).toSeconds();

	/** By how much a clock that goes on evenly may stray from the running time. */
	private static final long EVEN_SECONDS = 60;

	private static final long SAVE_NANOS = Duration.ofMinutes(5).toNanos();

	private static final long MISSING = Long.MIN_VALUE;

	/**
	 * The own time of a store that does not know it. What passes from then on stays below
	 * zero.
	 */
	private static final long UNKNOWN = -(1L << 40);

	private final Database database;

	private final Clock clock;

	private final LongSupplier nanos;

	private final boolean limited;

	private final LogThrottle logThrottle = new LogThrottle();

	private volatile OwnTime own;

	/** By how much the clock was ahead when last looked at, if it was doubted, or 0. */
	private volatile long jumpSeconds;

	/** By how much the clock was ahead when it last went on unevenly. */
	private long ahead;

	/** For how long the clock has to go on evenly yet; not above 0 without a doubt. */
	private long doubtNanos;

	private long lookedNanos;

	private long savedNanos;

	private boolean running;

	private boolean doubtLogged;

	private volatile boolean changed;

	/**
	 * Makes the clock, which knows no time until it is started.
	 * @param database where the store's own time is noted
	 * @param clock tells the time, right or wrong
	 * @param nanos tells the running time in nanoseconds, as {@link System#nanoTime()}
	 * @param limited whether anything is ever too old; if not, all goes on without a word
	 */
	public RetentionClock(Database database, Clock clock, LongSupplier nanos, boolean limited) {
		this.database = database;
		this.clock = clock;
		this.nanos = nanos;
		this.limited = limited;
		this.own = new OwnTime(UNKNOWN, nanos.getAsLong(), true);
	}

	/**
	 * Goes on from what the store has noted. Called before any other method.
	 * @param empty whether the store has no series, and so nothing that a clock could
	 * remove
	 * @param accept whether to believe the clock now, however far it is ahead
	 * @param writable whether the time can be noted now; else that waits until it can
	 */
	public void start(boolean empty, boolean accept, boolean writable) {
		synchronized (this) {
			long noted = StoreMetadata.RETENTION_TIME.read(this.database, MISSING);
			long wall = wallSeconds();
			long nano = this.nanos.getAsLong();
			if ((accept || (empty && noted == MISSING)) && wall > noted) {
				this.own = new OwnTime(wall, nano, false);
				if (accept && this.limited && !empty && (noted == MISSING || wall - noted > HOUR)) {
					logger.info("Retention goes by the clock, which says {}, as eardrum.storage.retention-jump=accept "
							+ "asks for; remove that before the next start", Instant.ofEpochSecond(wall));
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
			// Before the first point: a store that has some and says no time is an old
			// one.
			save();
		}
		catch (StorageException ex) {
			// On a full disk, points can be read.
			this.changed = true;
			logger.error("The time by which old points are removed could not be noted", ex);
		}
	}

	/**
	 * Returns the time by which retention judges now. Cheap.
	 * @return seconds since 1970; {@link Long#MIN_VALUE}, by which nothing is too old, if
	 * the store does not know
	 */
	public long seconds() {
		OwnTime time = this.own;
		long wall = wallSeconds();
		long reached = time.seconds(this.nanos.getAsLong());
		return (wall <= reached || time.doubted()) ? time.earlier(wall, reached) : look();
	}

	/**
	 * Looks at the clock, which has to be done now and then for a doubt to end.
	 * @return what {@link #seconds()} tells
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
				endDoubt(new OwnTime(wall, nano, false), "The clock has gone on evenly");
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
			// Less than a day more may be a night.
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

	// A clock that goes to and fro should not fill the log.
	private void logDoubt(long reached, long distance) {
		if (!this.limited || !this.logThrottle.permits()) {
			return;
		}
		this.doubtLogged = true;
		if (reached < 0) {
			logger.info(
					"The store in {} does not say when it was last used, as an earlier version has left it: "
							+ "no point is removed until the clock has gone on evenly for {}",
					this.database.path(), text(this.doubtNanos / NANOS_PER_SECOND));
		}
		else {
			logger
				.warn("The clock says {}, which is {} ahead of the time that has passed for the store in {}. Points are "
						+ "removed by the latter, {}, until the clock has gone on evenly for {}. If it is wrong, set it "
						+ "right; to have it believed at once, start with eardrum.storage.retention-jump=accept",
						Instant.ofEpochSecond(reached + distance), text(distance), this.database.path(),
						Instant.ofEpochSecond(reached), text(this.doubtNanos / NANOS_PER_SECOND));
		}
	}

	/**
	 * Tells by how many seconds the clock is ahead, if points would be removed but for
	 * that.
	 * @return the number of seconds; 0 if the clock is believed, nothing is ever removed,
	 * or the store does not know the time
	 */
	public long jumpSeconds() {
		return (this.limited && this.own.isKnown()) ? this.jumpSeconds : 0;
	}

	/**
	 * Returns what is held up by a clock that is ahead.
	 * @return a sentence, or {@code null} if the clock is believed or nothing is ever
	 * removed
	 */
	public synchronized @Nullable String held() {
		if (!this.limited || !this.own.doubted()) {
			return null;
		}
		String left = "it is believed once it has gone on evenly for "
				+ text(Math.max(0, this.doubtNanos / NANOS_PER_SECOND));
		return this.own.isKnown()
				? "retention goes by " + Instant.ofEpochSecond(this.own.seconds(this.lookedNanos))
						+ ", for the clock is " + text(this.jumpSeconds) + " ahead; " + left
				: "no point is removed yet, for the store does not say whether the clock is right; " + left;
	}

	private static String text(long seconds) {
		if (seconds >= 2 * DAY) {
			return seconds / DAY + " days";
		}
		return (seconds >= 2 * HOUR) ? seconds / HOUR + " hours" : seconds / 60 + " minutes";
	}

	/**
	 * Notes in the store what the time has come to, every few minutes and when the clock
	 * begins or ceases to be believed. Called by one thread, which is inside the
	 * {@link UseGuard}.
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
	 * Notes in the store what the time has come to. Not made safe against power loss:
	 * with an older note, the clock is only doubted more easily.
	 */
	public void save() {
		EncodedWriteBatch batch = new EncodedWriteBatch(128);
		synchronized (this) {
			this.savedNanos = this.nanos.getAsLong();
			this.changed = false;
			StoreMetadata.RETENTION_TIME.write(this.own.seconds(this.savedNanos), batch);
			StoreMetadata.CLOCK_AHEAD.write(this.ahead, batch);
			// Rounded up: what is left of a doubt is never nothing.
			StoreMetadata.CLOCK_DOUBT.write((this.doubtNanos + NANOS_PER_SECOND - 1) / NANOS_PER_SECOND, batch);
		}
		// Not while others wait for the lock: a write may take its time.
		this.database.write(batch, false);
	}

	private long wallSeconds() {
		return this.clock.instant().getEpochSecond();
	}

	/**
	 * The store's own time.
	 *
	 * @param base what it was, in seconds since 1970
	 * @param baseNanos when it was that
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

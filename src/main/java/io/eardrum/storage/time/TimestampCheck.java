package io.eardrum.storage.time;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageException;

/**
 * Checks the timestamps of all points before they are stored, whichever way they came and
 * whichever engine stores them. It refuses points that are further ahead of the clock
 * than the limit allows, if there is one, and counts suspect points that are stored. At
 * most once a day it logs a suspect point of each kind, with the most likely reason.
 * <p>
 * Safe for any number of threads. A batch costs one look at the clock, and a point two
 * comparisons. Nothing is allocated except for the log.
 */
public final class TimestampCheck {

	private static final Logger logger = LoggerFactory.getLogger(TimestampCheck.class);

	private static final long DAY = TimeUnit.DAYS.toSeconds(1);

	private static final long YEAR = 365 * DAY;

	/**
	 * Timestamps closer to 0 than this are small numbers. As a time, it is early in 1973.
	 */
	private static final long SMALL = 100_000_000;

	/** How many characters of a key are logged at most. */
	private static final int MAX_KEY_LENGTH = 100;

	private final long maxFutureSeconds;

	private final Clock clock;

	private final SuspectPointObserver observer;

	private final AtomicLong futureLogged = new AtomicLong(Long.MIN_VALUE);

	private final AtomicLong swappedLogged = new AtomicLong(Long.MIN_VALUE);

	/**
	 * Creates a check.
	 * @param maxFuture how far ahead a timestamp may be, in whole seconds; 0 means any
	 * distance
	 * @param clock the clock of this server
	 * @param observer observes suspect points
	 */
	public TimestampCheck(Duration maxFuture, Clock clock, SuspectPointObserver observer) {
		this.maxFutureSeconds = maxFuture.toSeconds();
		this.clock = clock;
		this.observer = observer;
	}

	/**
	 * Stores points, except those that are too far in the future, which are
	 * {@linkplain PointBatch#refuse refused}.
	 * @param batch the points
	 * @param repository where to store them
	 * @throws StorageException if the store throws it; see
	 * {@link MetricRepository#put(PointBatch)}
	 */
	public void put(PointBatch batch, MetricRepository repository) {
		long now = Math.floorDiv(this.clock.millis(), 1000L);
		if (this.maxFutureSeconds > 0) {
			refuse(batch, now + this.maxFutureSeconds);
		}
		repository.put(batch);
		lookAt(batch, now);
	}

	private static void refuse(PointBatch batch, long limit) {
		int size = batch.size();
		for (int i = 0; i < size; i++) {
			if (batch.timestamp(i) > limit) {
				batch.refuse(i, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
			}
		}
	}

	private void lookAt(PointBatch batch, long now) {
		long horizon = Horizon.of(now);
		int size = batch.size();
		int future = 0;
		int lastFuture = 0;
		int swapped = 0;
		int lastSwapped = 0;
		for (int i = 0; i < size; i++) {
			long timestamp = batch.timestamp(i);
			if (timestamp > horizon) {
				if (!batch.isRefused(i)) {
					future++;
					lastFuture = i;
				}
			}
			else if (timestamp < SMALL && timestamp > -SMALL && isTime(batch.value(i), now) && !batch.isRefused(i)) {
				swapped++;
				lastSwapped = i;
			}
		}
		if (future > 0) {
			this.observer.suspected(SuspectPointObserver.Reason.FUTURE, future);
			if (isDue(this.futureLogged, now)) {
				logFuture(batch, lastFuture, now);
			}
		}
		if (swapped > 0) {
			this.observer.suspected(SuspectPointObserver.Reason.SWAPPED, swapped);
			if (isDue(this.swappedLogged, now)) {
				logSwapped(batch, lastSwapped);
			}
		}
	}

	// Returns whether a value is a time around the present, in seconds or milliseconds.
	private static boolean isTime(double value, long now) {
		return value == Math.rint(value) && (isAround(value, now) || isAround(value / 1000, now));
	}

	private static boolean isAround(double seconds, long now) {
		return seconds >= now - 10 * YEAR && seconds <= now + YEAR;
	}

	// A clock that was set back must not keep the log silent for longer.
	private static boolean isDue(AtomicLong logged, long now) {
		long last = logged.get();
		return (last == Long.MIN_VALUE || now < last || now >= last + DAY) && logged.compareAndSet(last, now);
	}

	private static void logFuture(PointBatch batch, int index, long now) {
		long timestamp = batch.timestamp(index);
		long distance = timestamp / 1000 - now;
		String guess = (distance >= -10 * YEAR && distance <= 10 * YEAR)
				? "it seems to be in milliseconds, and seconds since 1970 are expected"
				: "a clock is wrong, or it is not in seconds since 1970";
		logger.warn(
				"A point of {} has the timestamp {}, more than a day ahead of this server's clock: {}. It was stored. "
						+ "Such points are counted in eardrum_points_suspect_total, and logged once a day; "
						+ "eardrum.storage.max-future refuses them",
				shown(batch.key(index)), timestamp, guess);
	}

	private static void logSwapped(PointBatch batch, int index) {
		logger.warn(
				"A point of {} has the timestamp {} and the value {}, which is a time: they seem to be swapped, "
						+ "because the words of a put are key, value and timestamp. It was stored. "
						+ "Such points are counted in eardrum_points_suspect_total, and logged once a day",
				shown(batch.key(index)), batch.timestamp(index), (long) batch.value(index));
	}

	// Any client chooses the keys, so they are cleaned and shortened for the log.
	private static String shown(SeriesKey key) {
		String text = key.toString().replaceAll("[\\p{C}\\p{Z}]", "?");
		if (text.codePointCount(0, text.length()) <= MAX_KEY_LENGTH) {
			return text;
		}
		return text.substring(0, text.offsetByCodePoints(0, MAX_KEY_LENGTH)) + "...";
	}

}

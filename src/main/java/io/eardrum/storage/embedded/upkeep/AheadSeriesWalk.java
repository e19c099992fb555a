package io.eardrum.storage.embedded.upkeep;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.metric.Point;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.series.SeriesListing;

/**
 * Finds the series whose newest point is beyond the {@link Horizon}. It walks over all
 * series once a minute, in slices of twenty milliseconds per second, so that no
 * checkpoint waits for longer.
 * <p>
 * The points in memory are checked each time. The chunks of a series are checked if they
 * had such a point before, or if they have not been checked since the start. Otherwise
 * that is not necessary, because a point gets into chunks through a checkpoint, which
 * notices it. Only the first walk after a start therefore reads from the disk, a piece or
 * two of each series. Until it has finished, it reports the series that it has found so
 * far.
 * <p>
 * Used by the checkpointer's thread, which is inside the {@link UseGuard} and prevents
 * checkpoints meanwhile. Any thread may read what was found.
 */
public final class AheadSeriesWalk {

	private static final Logger logger = LoggerFactory.getLogger(AheadSeriesWalk.class);

	private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final Database database;

	private final SeriesIndex<Series> index;

	private final Clock clock;

	private final LongSupplier nanoTime;

	private final UseGuard guard;

	private volatile SeriesAhead found = SeriesAhead.NONE;

	/** What the walk in progress has found so far. */
	private SeriesAhead foundSoFar = SeriesAhead.NONE;

	/** The number of the next series to check. */
	private int next;

	private boolean firstWalk = true;

	/**
	 * Whether the clock was set back, so that points that were not ahead of it may be so
	 * now.
	 */
	private boolean thorough;

	private long nowSeconds = Long.MIN_VALUE;

	private long nextNanos;

	public AheadSeriesWalk(Database database, SeriesIndex<Series> index, Clock clock, LongSupplier nanoTime,
			UseGuard guard) {
		this.database = database;
		this.index = index;
		this.clock = clock;
		this.nanoTime = nanoTime;
		this.guard = guard;
		this.nextNanos = nanoTime.getAsLong();
	}

	/**
	 * Returns the series that the last walk found.
	 * @return how many there are, and one of them
	 */
	public SeriesAhead found() {
		return this.found;
	}

	/**
	 * Continues a walk, or begins one, if it is due.
	 * @param generation the generation in which the thread entered the guard
	 * @throws StorageException if the thread must leave; the next call continues where
	 * this one ended
	 */
	void advance(int generation) {
		long start = this.nanoTime.getAsLong();
		if (start - this.nextNanos < 0) {
			return;
		}
		this.nextNanos = start + PAUSE_NANOS;
		if (this.next == 0) {
			begin();
		}
		try (Chunks chunks = new Chunks()) {
			long horizon = Horizon.of(this.nowSeconds);
			SeriesListing<Series> all = this.index.listing();
			int place = all.placeFrom(this.next);
			while (place < all.size() && this.nanoTime.getAsLong() - start < SLICE_NANOS) {
				this.guard.ensureMayStay(generation);
				Series series = all.get(place++);
				if (series != null) {
					this.next = series.number() + 1;
					if (isAhead(series, horizon, chunks)) {
						this.foundSoFar = this.foundSoFar.and(series.key());
					}
				}
			}
			if (place >= all.size()) {
				end(start);
			}
			else if (this.firstWalk) {
				this.found = this.foundSoFar;
			}
		}
	}

	private void begin() {
		long now = this.clock.instant().getEpochSecond();
		this.thorough = now < this.nowSeconds;
		this.nowSeconds = now;
		this.foundSoFar = SeriesAhead.NONE;
	}

	private void end(long start) {
		this.found = this.foundSoFar;
		this.firstWalk = false;
		this.next = 0;
		this.nextNanos = start + PERIOD_NANOS;
	}

	private boolean isAhead(Series series, long horizon, Chunks chunks) {
		Head head = series.head();
		if (head != null) {
			Head previous = head.previous();
			if (isBehind(head.last(), horizon) || (previous != null && isBehind(previous.last(), horizon))) {
				return true;
			}
		}
		if (series.isNoChunkAhead() && !this.thorough) {
			return false;
		}
		return chunks.areAhead(series, horizon);
	}

	private static boolean isBehind(@Nullable Point point, long horizon) {
		return point != null && point.timestamp() > horizon;
	}

	/**
	 * The chunks, which are opened only when the first series needs them. Most of the
	 * time, none does.
	 */
	private final class Chunks implements AutoCloseable {

		private @Nullable ChunkCursor cursor;

		boolean areAhead(Series series, long horizon) {
			try {
				if (this.cursor == null) {
					this.cursor = new ChunkCursor(AheadSeriesWalk.this.database, false);
				}
				boolean ahead = this.cursor.lastTimestamp(series.number()) > horizon;
				series.noChunkAhead(!ahead);
				return ahead;
			}
			catch (StorageException ex) {
				// Reads of this series fail with the reason. The walk continues with the
				// others.
				logger.debug("The newest point of {} could not be read", series.key(), ex);
				return false;
			}
		}

		@Override
		public void close() {
			if (this.cursor != null) {
				this.cursor.close();
			}
		}

	}

}

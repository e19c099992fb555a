package io.eardrum.storage.embedded.chunk;

import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.DeletedRanges;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.time.Retention;

/**
 * Reads the last point of one series after the other: the last one in memory, or that of
 * the last chunk. It decodes only the piece of a chunk that has the last point. Only if
 * that point is in the future does it look for the last one before it, among all points
 * in memory and in the chunk of the present. It need not look at the chunks if the
 * {@link TailCache} has the last point in them.
 * <p>
 * A series is seen as of one moment, for the same reason as in
 * {@link ChunkedSeriesReader}. {@link SeriesReaders} lends readers.
 * <p>
 * Used by one thread at a time, which has entered the {@link UseGuard}. Takes about ten
 * kilobytes of memory.
 */
public final class LastPointReader implements AutoCloseable {

	private final Heads heads;

	private final LongSupplier retentionSeconds;

	private final Clock clock;

	private final OpenReads.Read chunksKept;

	private final CursorHolder cursors;

	private final TailCache tails;

	private final Consumer<LastPointReader> whenClosed;

	private final PointColumns piece = new PointColumns(64);

	/** Whether what is read stays in the cache. */
	private boolean cached;

	/**
	 * Creates a reader.
	 * @param database holds the chunks
	 * @param heads the points in memory
	 * @param retentionSeconds returns the time that retention goes by, in seconds since
	 * 1970
	 * @param clock decides which points are in the future
	 * @param tails the newest points in chunks
	 * @param reads tracks which chunks are kept
	 * @param whenClosed takes this reader each time it has been closed
	 */
	LastPointReader(Database database, Heads heads, LongSupplier retentionSeconds, Clock clock, TailCache tails,
			OpenReads reads, Consumer<LastPointReader> whenClosed) {
		this.heads = heads;
		this.retentionSeconds = retentionSeconds;
		this.clock = clock;
		this.chunksKept = reads.begin();
		this.cursors = new CursorHolder(database, heads, this.chunksKept, true);
		this.tails = tails;
		this.whenClosed = whenClosed;
	}

	/**
	 * Begins to read, with a reader that is new or has been closed.
	 * @param keep whether the last point in chunks stays in the cache; {@code false} for
	 * a read of many series
	 * @return this reader
	 */
	LastPointReader begin(boolean keep) {
		this.cached = keep;
		return this;
	}

	/**
	 * Reads the last point of a series: the newest kept point that is not beyond the
	 * horizon. If all kept points are beyond it, the last point is the newest of them.
	 * @param series the series
	 * @return its last point, or {@code null} if there is none, or none that is kept
	 */
	public @Nullable Point last(Series series) {
		long cutoff = Retention.cutoff(series.retentionSeconds(), this.retentionSeconds.getAsLong());
		long horizon = Horizon.of(Math.floorDiv(this.clock.millis(), 1000L));
		Point known = lastOfTail(series, horizon);
		if (known != null) {
			return (known.timestamp() >= cutoff) ? known : null;
		}
		return search(series, cutoff, horizon);
	}

	// Returns the last point if it is known without a look at the chunks.
	private @Nullable Point lastOfTail(Series series, long horizon) {
		long version = this.heads.version();
		Tail tail = this.tails.find(series.number(), version);
		Head head = series.head();
		if (tail == null || deletedInChunks(head) != null) {
			return null;
		}
		Point newest = Objects.requireNonNull(later(newestInMemory(head), tail.last()));
		return (this.heads.version() == version && newest.timestamp() <= horizon) ? newest : null;
	}

	private @Nullable Point search(Series series, long cutoff, long horizon) {
		Point newestInMemory;
		Point presentInMemory;
		DeletedRanges deleted;
		ChunkCursor chunks;
		long version;
		do {
			version = this.heads.version();
			chunks = series.mayHaveChunks() ? this.cursors.current() : null;
			Head head = series.head();
			deleted = deletedInChunks(head);
			newestInMemory = newestInMemory(head);
			// Heads only grow, so what the second look finds was the newest by then, too.
			presentInMemory = (newestInMemory != null && newestInMemory.timestamp() > horizon)
					? newestInMemory(head, horizon) : newestInMemory;
		}
		while (this.heads.version() != version);
		Point newest = later(newestInMemory, newestInChunks(chunks, series, Long.MAX_VALUE, deleted));
		if (newest != null && newest.timestamp() > horizon) {
			Point present = later(presentInMemory, newestInChunks(chunks, series, horizon, deleted));
			if (present != null && present.timestamp() >= cutoff) {
				return present;
			}
		}
		return (newest != null && newest.timestamp() >= cutoff) ? newest : null;
	}

	/**
	 * Passes the last point of a series to a client, which may be slow.
	 * @param series the series
	 * @param consumer passes it on
	 * @throws IOException if the consumer throws it
	 * @throws io.eardrum.storage.StorageException if the client was so slow that its read
	 * was ended
	 */
	public void pass(Series series, LastPointConsumer consumer) throws IOException {
		Point last = last(series);
		this.chunksKept.clientBegins();
		consumer.accept(series.key(), last);
		this.chunksKept.clientEnds();
	}

	private static @Nullable Point newestInMemory(@Nullable Head head) {
		if (head == null) {
			return null;
		}
		Head previous = head.previous();
		if (previous == null) {
			return head.last();
		}
		DeletedRanges deleted = head.deleted();
		return later(head.last(), (deleted != null) ? previous.lastUpTo(Long.MAX_VALUE, deleted) : previous.last());
	}

	private static @Nullable Point newestInMemory(@Nullable Head head, long timestamp) {
		if (head == null) {
			return null;
		}
		Head previous = head.previous();
		return later(head.lastUpTo(timestamp),
				(previous != null) ? previous.lastUpTo(timestamp, head.deleted()) : null);
	}

	private static @Nullable DeletedRanges deletedInChunks(@Nullable Head head) {
		if (head == null) {
			return null;
		}
		Head previous = head.previous();
		return DeletedRanges.union(head.deleted(), (previous != null) ? previous.deleted() : null);
	}

	private @Nullable Point newestInChunks(@Nullable ChunkCursor chunks, Series series, long timestamp,
			@Nullable DeletedRanges deleted) {
		long limit = timestamp;
		while (chunks != null && chunks.seekLastPoint(series.number(), limit, this.piece)) {
			long newest = this.piece.last();
			int range = (deleted != null) ? deleted.rangeOf(newest) : -1;
			if (deleted == null || range < 0) {
				Point found = new Point(newest, this.piece.values()[this.piece.size() - 1]);
				if (this.cached && limit == Long.MAX_VALUE) {
					this.tails.put(Tail.of(series.number(), this.cursors.version(), found));
				}
				return found;
			}
			if (deleted.from(range) == Long.MIN_VALUE) {
				return null;
			}
			limit = deleted.from(range) - 1;
		}
		return null;
	}

	/**
	 * Returns whether a series has no points at all, kept or not.
	 * @param series the series
	 * @return whether there is none
	 */
	public boolean isEmpty(Series series) {
		Head head;
		ChunkCursor chunks;
		long version;
		do {
			version = this.heads.version();
			chunks = series.mayHaveChunks() ? this.cursors.current() : null;
			head = series.head();
		}
		while (this.heads.version() != version);
		return newestInMemory(head) == null
				&& newestInChunks(chunks, series, Long.MAX_VALUE, deletedInChunks(head)) == null;
	}

	// Of two points with the same timestamp, the one that was put later counts.
	private static @Nullable Point later(@Nullable Point putLater, @Nullable Point putBefore) {
		if (putLater == null || putBefore == null) {
			return (putLater != null) ? putLater : putBefore;
		}
		return (putBefore.timestamp() > putLater.timestamp()) ? putBefore : putLater;
	}

	@Override
	public void close() {
		this.cursors.close();
		this.whenClosed.accept(this);
	}

	/**
	 * Releases memory that only long pieces need.
	 */
	void shrink() {
		this.cursors.shrink();
		this.piece.clear(Tail.MAX_POINTS);
	}

}

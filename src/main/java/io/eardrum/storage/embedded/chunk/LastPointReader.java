package io.eardrum.storage.embedded.chunk;

import java.io.IOException;
import java.time.Clock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.time.Retention;

/**
 * Reads the last point of series after series: the last one in memory, or that of the
 * last chunk. Of a chunk it decodes the one piece that has the last point. Only where
 * that point is in the future does it look for the last one before: at all points in
 * memory, and at the chunk of the present.
 * <p>
 * A series is seen as of one moment for the same reason as with
 * {@link ChunkedSeriesReader}.
 * <p>
 * Used by one thread, which is inside the {@link UseGuard}. Takes some ten kilobytes.
 */
public final class LastPointReader implements AutoCloseable {

	private final LongSupplier retentionSeconds;

	private final Clock clock;

	private final OpenReads.Read chunksKept;

	private final CursorHolder cursors;

	private final PointColumns piece = new PointColumns(64);

	/**
	 * Makes a reader.
	 * @param database where the chunks are
	 * @param heads what is in memory
	 * @param retentionSeconds tells the time by which retention judges, in seconds since
	 * 1970
	 * @param clock tells the time by which points are in the future
	 * @param reads knows which chunks are kept
	 */
	public LastPointReader(Database database, Heads heads, LongSupplier retentionSeconds, Clock clock,
			OpenReads reads) {
		this.retentionSeconds = retentionSeconds;
		this.clock = clock;
		this.chunksKept = reads.begin();
		this.cursors = new CursorHolder(database, heads, this.chunksKept, true);
	}

	/**
	 * Reads the last point of a series: of those that are kept the newest that is not
	 * behind the horizon, and if all are, the newest.
	 * @param series the series
	 * @return its last point, or {@code null} if there is none, or none that is kept
	 */
	public @Nullable Point last(Series series) {
		long cutoff = Retention.cutoff(series.retentionSeconds(), this.retentionSeconds.getAsLong());
		long horizon = Horizon.of(this.clock.instant().getEpochSecond());
		Point newestInMemory;
		Point presentInMemory;
		ChunkCursor chunks;
		do {
			chunks = this.cursors.current();
			Head head = series.head();
			newestInMemory = newestInMemory(head);
			// Heads only grow: what the second look finds was newest by then, too.
			presentInMemory = (newestInMemory != null && newestInMemory.timestamp() > horizon)
					? newestInMemory(head, horizon) : newestInMemory;
		}
		while (!this.cursors.isCurrent());
		Point newest = later(newestInMemory, newestInChunks(chunks, series, Long.MAX_VALUE));
		if (newest != null && newest.timestamp() > horizon) {
			Point present = later(presentInMemory, newestInChunks(chunks, series, horizon));
			if (present != null && present.timestamp() >= cutoff) {
				return present;
			}
		}
		return (newest != null && newest.timestamp() >= cutoff) ? newest : null;
	}

	/**
	 * Passes the last point of a series on to a client, which may take its time.
	 * @param series the series
	 * @param consumer passes it on
	 * @throws IOException if the consumer throws it
	 * @throws io.eardrum.storage.StorageException if the client took too long
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
		return later(head.last(), (previous != null) ? previous.last() : null);
	}

	private static @Nullable Point newestInMemory(@Nullable Head head, long timestamp) {
		if (head == null) {
			return null;
		}
		Head previous = head.previous();
		return later(head.lastUpTo(timestamp), (previous != null) ? previous.lastUpTo(timestamp) : null);
	}

	private @Nullable Point newestInChunks(ChunkCursor chunks, Series series, long timestamp) {
		return chunks.seekLastPoint(series.number(), timestamp, this.piece)
				? new Point(this.piece.last(), this.piece.values()[this.piece.size() - 1]) : null;
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
	}

}

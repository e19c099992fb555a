package io.eardrum.storage.embedded;

import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.storage.Retention;

/**
 * Reads the last point of series after series: the last one in memory, or that of the
 * last chunk. Of a chunk it decodes the one piece that has the last point.
 * <p>
 * A series is seen as of one moment for the same reason as with {@link SeriesReader}.
 * <p>
 * Used by one thread, which is inside the {@link Gate}. Takes some ten kilobytes.
 */
final class LastPointReader implements AutoCloseable {

	private final Database database;

	private final Heads heads;

	private final LongSupplier nowSeconds;

	private final PointColumns piece = new PointColumns(64);

	private @Nullable ChunkCursor cursor;

	private long version;

	/**
	 * Makes a reader.
	 * @param database where the chunks are
	 * @param heads what is in memory
	 * @param nowSeconds tells the time by which retention judges, in seconds since 1970
	 */
	LastPointReader(Database database, Heads heads, LongSupplier nowSeconds) {
		this.database = database;
		this.heads = heads;
		this.nowSeconds = nowSeconds;
	}

	/**
	 * Reads the last point of a series.
	 * @param series the series
	 * @return its last point, or {@code null} if there is none, or none that is kept
	 */
	@Nullable Point last(Series series) {
		Point inMemory;
		ChunkCursor chunks;
		do {
			chunks = currentCursor();
			inMemory = lastInMemory(series.head());
		}
		while (this.heads.version() != this.version);
		Point last = inMemory;
		if (chunks.seekLastPoint(series.number(), this.piece)
				&& (inMemory == null || this.piece.last() > inMemory.timestamp())) {
			last = new Point(this.piece.last(), this.piece.values()[this.piece.size() - 1]);
		}
		boolean kept = last != null
				&& last.timestamp() >= Retention.cutoff(series.retentionSeconds(), this.nowSeconds.getAsLong());
		return kept ? last : null;
	}

	private static @Nullable Point lastInMemory(@Nullable Head newest) {
		if (newest == null) {
			return null;
		}
		Head previous = newest.previous();
		Point last = newest.last();
		Point older = (previous != null) ? previous.last() : null;
		return (last == null || (older != null && older.timestamp() > last.timestamp())) ? older : last;
	}

	private ChunkCursor currentCursor() {
		ChunkCursor current = this.cursor;
		long now = this.heads.version();
		if (current == null || this.version != now) {
			close();
			this.version = now;
			current = new ChunkCursor(this.database, true);
			this.cursor = current;
		}
		return current;
	}

	@Override
	public void close() {
		if (this.cursor != null) {
			this.cursor.close();
			this.cursor = null;
		}
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.util.function.LongConsumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.ChunkWriter;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.CellSort;
import io.eardrum.storage.embedded.head.CellWindows;
import io.eardrum.storage.embedded.head.CopiedCells;
import io.eardrum.storage.embedded.head.DeletedRanges;
import io.eardrum.storage.embedded.head.Head;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;

/**
 * Writes the points of one series after the other into chunks, as many at a time as fit
 * into memory. Such a piece is in one batch with the chunks that it changes. The next
 * piece of the same series goes into another batch, because what a batch holds can't be
 * read.
 * <p>
 * Used by one thread, for one checkpoint.
 */
final class ChunkPieces {

	/** The size at which a batch is written. */
	static final int BATCH_BYTES = 1 << 20;

	/** The most points of a series that are written at a time. */
	private static final int PIECE_POINTS = CopiedCells.ARRAY_POINTS;

	/** For how many points the buffer, which grows by half, keeps memory. */
	static final int KEPT_POINTS = PIECE_POINTS * 3 / 2;

	private final ChunkCursor cursor;

	private final ChunkWriter writer;

	private final EncodedWriteBatch batch;

	private final PointColumns points;

	private final Supplier<CellSort> sorts;

	private final long horizon;

	private final LongConsumer flushing;

	private long count;

	/** The series of the last piece, as long as the piece is in the batch. */
	private @Nullable Series inBatch;

	/**
	 * Creates a writer of pieces.
	 * @param cursor the chunks as they are
	 * @param batch takes the changes
	 * @param points a buffer
	 * @param sorts returns what sorts points, once it is needed
	 * @param horizon the last timestamp that is not too far in the future
	 * @param count how many points the chunks have
	 * @param flushing writes the batch; takes the number of points that the chunks have
	 * then
	 */
	ChunkPieces(ChunkCursor cursor, EncodedWriteBatch batch, PointColumns points, Supplier<CellSort> sorts,
			long horizon, long count, LongConsumer flushing) {
		this.cursor = cursor;
		this.writer = new ChunkWriter(batch, cursor);
		this.batch = batch;
		this.points = points;
		this.sorts = sorts;
		this.horizon = horizon;
		this.count = count;
		this.flushing = flushing;
	}

	/**
	 * Removes the points from the chunks of a series that have been deleted. The batch
	 * must be {@linkplain #flush written} before points of the series are.
	 * @param series the series
	 * @param head its head, or {@code null} if it had no points
	 * @return how many bytes of chunks have been removed or rewritten
	 */
	long erase(Series series, @Nullable Head head) {
		DeletedRanges deleted = (head != null) ? head.deleted() : null;
		if (deleted == null) {
			return 0;
		}
		return this.writer.erase(series, deleted, () -> {
			// The cursor stays where it is. It has passed what has changed.
			if (this.batch.size() > BATCH_BYTES) {
				this.flushing.accept(count());
			}
		});
	}

	/**
	 * Writes the points of a series.
	 * @param series the series
	 * @param head its head, or {@code null} if it had no points
	 */
	void write(Series series, @Nullable Head head) {
		this.points.clear(KEPT_POINTS);
		if (head == null) {
			return;
		}
		int size = head.size();
		if (head.isAscending()) {
			head.visit(size, (cells, offset, number) -> add(series, cells, offset, number));
		}
		else {
			sort(series, head, size);
		}
		writePiece(series);
	}

	private void sort(Series series, Head head, int size) {
		CellSort sorter = this.sorts.get();
		CellWindows windows = new CellWindows((visitor) -> head.visit(size, visitor), size, Long.MIN_VALUE, sorter);
		while (windows.next()) {
			add(series, sorter.cells(), 0, sorter.size());
		}
	}

	private void add(Series series, long[] cells, int offset, int number) {
		for (int cell = offset; cell < offset + number * 2; cell += 2) {
			if (this.points.size() == PIECE_POINTS) {
				writePiece(series);
			}
			this.points.add(cells[cell], Double.longBitsToDouble(cells[cell + 1]));
		}
	}

	private void writePiece(Series series) {
		if (this.points.isEmpty()) {
			return;
		}
		if (this.inBatch == series) {
			flush();
		}
		if (this.points.last() > this.horizon) {
			series.noChunkAhead(false);
		}
		this.writer.write(series, this.points);
		this.points.clear();
		this.inBatch = series;
		if (this.batch.size() > BATCH_BYTES) {
			flush();
		}
	}

	/**
	 * Writes the batch.
	 */
	void flush() {
		this.flushing.accept(count());
		this.cursor.refresh();
		this.inBatch = null;
	}

	long count() {
		this.count += this.writer.takeAddedPoints();
		return this.count;
	}

}

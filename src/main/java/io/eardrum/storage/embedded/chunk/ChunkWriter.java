package io.eardrum.storage.embedded.chunk;

import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.ChunkEncoder;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.DeletedRanges;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;

/**
 * Puts points into the chunks of their series. The work per point is bounded, whatever
 * the order of the points.
 * <p>
 * The chunks of a series are disjoint: each reaches from its first timestamp to where the
 * next one starts. Points that fall into a chunk become another piece of it, which costs
 * a small write. A chunk is read and rewritten completely only when it has
 * {@value #MAX_PIECES} pieces, or when it is the last one and has {@value #TARGET_POINTS}
 * points. A series with a point a minute therefore ends up with full chunks, and each of
 * its points is rewritten a few times. A point that overwrites an old one costs a
 * sixteenth of a chunk, not a chunk.
 * <p>
 * Used by the checkpointer's thread. All changes to a series go into one batch, so that
 * its chunks change together. Each series is written once per batch, because the cursor
 * does not see what the batch holds.
 */
public final class ChunkWriter {

	/** The number of points at which the last chunk of a series is rewritten. */
	public static final int TARGET_POINTS = 2048;

	static final int MAX_PIECES = 16;

	private final ChunkEncoder encoder = new ChunkEncoder();

	private final ByteWriter value = new ByteWriter(4096);

	private final byte[] key = new byte[ChunkKey.BYTES];

	private final PointColumns old = new PointColumns(TARGET_POINTS);

	private final PointColumns merged = new PointColumns(TARGET_POINTS);

	private final EncodedWriteBatch batch;

	private final ChunkCursor cursor;

	private long addedPoints;

	/**
	 * Creates a writer.
	 * @param batch takes the changes
	 * @param cursor the chunks as they are
	 */
	public ChunkWriter(EncodedWriteBatch batch, ChunkCursor cursor) {
		this.batch = batch;
		this.cursor = cursor;
	}

	/**
	 * Adds points to the chunks of a series.
	 * @param series the series
	 * @param points its points, at least one; they overwrite points with the same
	 * timestamps in the chunks
	 */
	public void write(Series series, PointColumns points) {
		// Before the batch is written. A reader that finds no chunks relies on it.
		series.beginChunks();
		if (!series.isTailKnown()) {
			learnTail(series);
		}
		int from = 0;
		if (series.tailPieces() > 0 && points.first() < series.tailStart()) {
			from = writeLate(series, points, points.indexOf(0, series.tailStart()));
		}
		if (from < points.size()) {
			writeTail(series, points, from);
		}
	}

	/**
	 * Removes points from the chunks of a series. Nothing may be written to this series
	 * before the batch has been written.
	 * @param series the series
	 * @param deleted the timestamps whose points are removed
	 * @param afterChunk called after each chunk that has changed; may write the batch
	 * @return how many bytes the chunks had that were removed or rewritten
	 */
	public long erase(Series series, DeletedRanges deleted, Runnable afterChunk) {
		int number = series.number();
		long erased = 0;
		long behind = Long.MIN_VALUE;
		for (int range = 0; range < deleted.count(); range++) {
			boolean found = this.cursor.seek(number, Math.max(behind, deleted.from(range)));
			while (found && this.cursor.start() <= deleted.to(range)) {
				erased += eraseChunk(series, deleted);
				afterChunk.run();
				found = this.cursor.isValid() && this.cursor.series() == number;
				// The cursor does not see that a chunk has changed, so no chunk may be
				// met
				// twice.
				behind = found ? this.cursor.start() : Long.MAX_VALUE;
			}
			if (behind == Long.MAX_VALUE) {
				break;
			}
		}
		series.forgetTail();
		return erased;
	}

	private long eraseChunk(Series series, DeletedRanges deleted) {
		long start = this.cursor.start();
		this.cursor.readChunk(this.old);
		int size = this.old.size();
		deleted.removeFrom(this.old);
		if (this.old.size() == size) {
			return 0;
		}
		delete(series, start, 0, this.cursor.piecesRead());
		this.addedPoints -= this.cursor.pointsRead();
		writeChunks(series, this.old, 0, this.old.size(), false);
		return this.cursor.bytesRead();
	}

	/**
	 * Returns by how many points the chunks have grown since the previous call.
	 * @return the number of points; overwritten points count until their chunk is
	 * rewritten
	 */
	public long takeAddedPoints() {
		long added = this.addedPoints;
		this.addedPoints = 0;
		return added;
	}

	private void learnTail(Series series) {
		int number = series.number();
		if (!this.cursor.seekLastPiece(number, Long.MAX_VALUE)) {
			series.rememberTail(0, 0, 0);
			return;
		}
		long start = this.cursor.start();
		int pieces = this.cursor.piece() + 1;
		int points = this.cursor.pointsOfPiece();
		if (pieces > 1) {
			this.cursor.seek(number, start);
			for (int i = 0; i < pieces - 1; i++) {
				points += this.cursor.pointsOfPiece();
				this.cursor.next();
			}
		}
		series.rememberTail(start, pieces, points);
	}

	private void writeTail(Series series, PointColumns points, int from) {
		int to = points.size();
		int sum = series.tailPoints() + to - from;
		if (series.tailPieces() == 0) {
			writeChunks(series, points, from, to, true);
		}
		else if (series.tailPieces() < MAX_PIECES && sum < TARGET_POINTS) {
			put(series, series.tailStart(), series.tailPieces(), points, from, to);
			series.rememberTail(series.tailStart(), series.tailPieces() + 1, sum);
		}
		else {
			rewrite(series, series.tailStart(), points, from, to, true);
		}
	}

	// Writes points that lie before the last chunk. Returns the index behind the last
	// point written; that is the end if the last chunk is also the first one and was
	// rewritten.
	private int writeLate(Series series, PointColumns points, int to) {
		int number = series.number();
		int from = 0;
		while (from < to) {
			if (!this.cursor.seekLastPiece(number, points.timestamps()[from])) {
				from = writeBeforeFirst(series, points, from);
				continue;
			}
			long start = this.cursor.start();
			int pieces = this.cursor.piece() + 1;
			// There is a next chunk, because the last one starts later than these points.
			this.cursor.next();
			int end = Math.min(to, points.indexOf(from, this.cursor.start()));
			if (pieces < MAX_PIECES && end - from < TARGET_POINTS) {
				put(series, start, pieces, points, from, end);
			}
			else {
				rewrite(series, start, points, from, end, false);
			}
			from = end;
		}
		return from;
	}

	// Writes points that lie before all chunks. If they fit into one chunk together with
	// the first one, they are merged with it. Otherwise a client that sends history
	// backwards would leave one chunk for each checkpoint.
	private int writeBeforeFirst(Series series, PointColumns points, int from) {
		this.cursor.seek(series.number(), Long.MIN_VALUE);
		long start = this.cursor.start();
		boolean tail = start == series.tailStart();
		int before = points.indexOf(from, start);
		this.cursor.readChunk(this.old);
		if (this.old.size() + before - from > TARGET_POINTS) {
			writeChunks(series, points, from, before, false);
			return before;
		}
		// Includes everything else that falls into this chunk, because the chunk gets
		// another key, under which the cursor would not find it.
		int to = tail ? points.size() : points.indexOf(before, this.cursor.start());
		delete(series, start, 0, this.cursor.piecesRead());
		this.addedPoints -= this.cursor.pointsRead();
		this.merged.merge(this.old, points, from, to);
		writeChunks(series, this.merged, 0, this.merged.size(), tail);
		return to;
	}

	private void rewrite(Series series, long start, PointColumns points, int from, int to, boolean tail) {
		this.cursor.seek(series.number(), start);
		this.cursor.readChunk(this.old);
		// The first piece keeps its key, because the chunk keeps its start.
		delete(series, start, 1, this.cursor.piecesRead());
		this.addedPoints -= this.cursor.pointsRead();
		this.merged.merge(this.old, points, from, to);
		writeChunks(series, this.merged, 0, this.merged.size(), tail);
	}

	private void writeChunks(Series series, PointColumns points, int from, int to, boolean tail) {
		int start = from;
		while (start < to) {
			int end = Math.min(start + TARGET_POINTS, to);
			put(series, points.timestamps()[start], 0, points, start, end);
			if (tail && end == to) {
				series.rememberTail(points.timestamps()[start], 1, end - start);
			}
			start = end;
		}
	}

	private void put(Series series, long start, int piece, PointColumns points, int from, int to) {
		this.value.clear();
		this.encoder.encode(points, from, to, this.value);
		this.batch.put(ColumnFamily.CHUNKS, ChunkKey.write(this.key, series.number(), start, piece),
				this.value.buffer(), this.value.size());
		this.addedPoints += to - from;
	}

	private void delete(Series series, long start, int firstPiece, int pieces) {
		for (int i = firstPiece; i < pieces; i++) {
			this.batch.delete(ColumnFamily.CHUNKS, ChunkKey.write(this.key, series.number(), start, i));
		}
	}

}

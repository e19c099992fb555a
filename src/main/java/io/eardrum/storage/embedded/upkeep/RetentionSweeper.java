package io.eardrum.storage.embedded.upkeep;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.ChunkKey;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

/**
 * Removes chunks whose points are all older than their series keeps them, and requests a
 * {@link ChunkCompaction} once it is worthwhile. Chunks with some old points stay until
 * all of their points are old. Readers skip the old points.
 * <p>
 * Used by the checkpointer's thread, which is inside the {@link UseGuard}.
 */
public final class RetentionSweeper {

	private static final Logger logger = LoggerFactory.getLogger(RetentionSweeper.class);

	private static final int BATCH_BYTES = 256 << 10;

	/**
	 * A compaction is worthwhile once this part of all chunks has been removed: a tenth.
	 */
	private static final int COMPACTION_DIVISOR = 10;

	private final Database database;

	private final SeriesIndex<Series> index;

	private final Checkpointer checkpointer;

	private final ChunkCompaction compaction;

	private final RetentionClock clock;

	private final UseGuard guard;

	private final byte[] key = new byte[ChunkKey.BYTES];

	private long removedBytes;

	public RetentionSweeper(Database database, SeriesIndex<Series> index, Checkpointer checkpointer,
			ChunkCompaction compaction, RetentionClock clock, UseGuard guard) {
		this.database = database;
		this.index = index;
		this.checkpointer = checkpointer;
		this.compaction = compaction;
		this.clock = clock;
		this.guard = guard;
	}

	/**
	 * Removes old chunks.
	 * @param generation the generation in which the thread entered the guard
	 */
	public void sweep(int generation) {
		long now = this.clock.look();
		long removedPoints = 0;
		EncodedWriteBatch batch = new EncodedWriteBatch(BATCH_BYTES);
		try (ChunkCursor cursor = new ChunkCursor(this.database, false)) {
			int count = this.index.size();
			long batchPoints = 0;
			for (int number = 0; number < count; number++) {
				this.guard.ensureMayStay(generation);
				Series series = this.index.get(number);
				if (series.retentionSeconds() != 0) {
					batchPoints += remove(series, Retention.cutoff(series.retentionSeconds(), now), cursor, batch);
				}
				if (batch.size() > BATCH_BYTES) {
					removedPoints += write(batch, batchPoints);
					batchPoints = 0;
				}
			}
			removedPoints += write(batch, batchPoints);
		}
		if (removedPoints > 0) {
			logger.info("Removed {} points that are older than they are kept", removedPoints);
		}
		long stored = this.database.number(ColumnFamily.CHUNKS, "rocksdb.total-sst-files-size");
		if (this.removedBytes > stored / COMPACTION_DIVISOR) {
			this.compaction.request();
			this.removedBytes = 0;
		}
	}

	private long write(EncodedWriteBatch batch, long points) {
		if (!batch.isEmpty()) {
			this.checkpointer.removePoints(points, batch);
			batch.clear();
		}
		return points;
	}

	// Removes the old chunks of a series. Returns how many points they had.
	private long remove(Series series, long cutoff, ChunkCursor cursor, EncodedWriteBatch batch) {
		int number = series.number();
		long points = 0;
		boolean found = cursor.seek(number, Long.MIN_VALUE);
		while (found && cursor.start() < cutoff) {
			long start = cursor.start();
			int pieces = 0;
			long chunkPoints = 0;
			long chunkBytes = 0;
			long last = Long.MIN_VALUE;
			do {
				pieces++;
				chunkPoints += cursor.pointsOfPiece();
				chunkBytes += cursor.bytesOfPiece();
				last = Math.max(last, cursor.lastOfPiece());
				found = cursor.next() && cursor.series() == number;
			}
			while (found && cursor.start() == start);
			if (last >= cutoff) {
				break;
			}
			for (int piece = 0; piece < pieces; piece++) {
				batch.delete(ColumnFamily.CHUNKS, ChunkKey.write(this.key, number, start, piece));
			}
			points += chunkPoints;
			this.removedBytes += chunkBytes;
			series.forgetTail();
		}
		return points;
	}

}

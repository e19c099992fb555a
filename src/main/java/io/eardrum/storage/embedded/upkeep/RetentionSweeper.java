package io.eardrum.storage.embedded.upkeep;

import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.ChunkKey;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.series.SeriesListing;
import io.eardrum.storage.time.Retention;

/**
 * Removes chunks whose points are all older than their series keeps them, and series of
 * which no chunk is left. Requests a {@link ChunkCompaction} once it is worthwhile.
 * Chunks with some old points stay until all of their points are old. Readers skip the
 * old points.
 * <p>
 * Used by the checkpointer's thread, which is inside the {@link UseGuard}.
 */
public final class RetentionSweeper {

	private static final Logger logger = LoggerFactory.getLogger(RetentionSweeper.class);

	private static final int BATCH_BYTES = 256 << 10;

	/** How many series are removed at a time, while puts wait. */
	private static final int MAX_EMPTY = 1000;

	private final Database database;

	private final SeriesIndex<Series> index;

	private final Committer committer;

	private final Checkpointer checkpointer;

	private final ChunkCompaction compaction;

	private final RetentionClock clock;

	private final UseGuard guard;

	private final byte[] key = new byte[ChunkKey.BYTES];

	private long removedBytes;

	/** The series that have no points left. */
	private final List<Series> empty = new ArrayList<>();

	public RetentionSweeper(Database database, SeriesIndex<Series> index, Committer committer,
			Checkpointer checkpointer, ChunkCompaction compaction, RetentionClock clock, UseGuard guard) {
		this.committer = committer;
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
			SeriesListing<Series> all = this.index.listing();
			long batchPoints = 0;
			for (int i = 0; i < all.size(); i++) {
				this.guard.ensureMayStay(generation);
				Series series = all.get(i);
				if (series != null && series.retentionSeconds() != 0) {
					batchPoints += remove(series, Retention.cutoff(series.retentionSeconds(), now), cursor, batch);
				}
				if (batch.size() > BATCH_BYTES || this.empty.size() == MAX_EMPTY) {
					removedPoints += write(batch, batchPoints);
					batchPoints = 0;
				}
			}
			removedPoints += write(batch, batchPoints);
		}
		if (removedPoints > 0) {
			logger.info("Removed {} points that are older than they are kept", removedPoints);
		}
		this.compaction.removed(this.removedBytes);
		this.removedBytes = 0;
	}

	private long write(EncodedWriteBatch batch, long points) {
		if (!batch.isEmpty()) {
			this.checkpointer.removePoints(points, batch);
			batch.clear();
		}
		// Only now are their last chunks gone.
		this.committer.exclusively(() -> {
			this.empty.stream()
				.filter((series) -> series.head() == null && !series.isRemoved())
				.filter((series) -> series.number() < this.committer.storedSeries())
				.forEach(this.committer::removeEmpty);
			return true;
		});
		this.empty.clear();
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
				return points;
			}
			for (int piece = 0; piece < pieces; piece++) {
				batch.delete(ColumnFamily.CHUNKS, ChunkKey.write(this.key, number, start, piece));
			}
			points += chunkPoints;
			this.removedBytes += chunkBytes;
			series.forgetTail();
		}
		if (!found && series.head() == null) {
			this.empty.add(series);
		}
		return points;
	}

}

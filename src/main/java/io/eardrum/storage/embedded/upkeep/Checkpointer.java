package io.eardrum.storage.embedded.upkeep;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.CellSort;
import io.eardrum.storage.embedded.head.HeadBlock;
import io.eardrum.storage.embedded.head.HeadSnapshot;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.RemovedSeries;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Writes the points of an epoch from memory into chunks, and truncates the log.
 * <p>
 * The chunks are written in several batches of about a megabyte, and the log is truncated
 * in the last one. If the process dies in between, some series have points both in chunks
 * and in the log. Reading the log puts all of them into memory again in the same order,
 * where they take precedence over the same points in the chunks. A reader therefore sees
 * the same, whichever batches were written.
 * <p>
 * The power may fail as well. A point whose put was made safe must stay safe when it
 * moves, whatever is promised for single puts. The chunks are therefore made safe before
 * the log is truncated, because the truncation may go into another file of RocksDB's
 * write-ahead log than the chunks did. The truncation is made safe before files of the
 * log are dropped, because dropped files are gone at once.
 * <p>
 * A checkpoint takes the same memory for any number of points. This memory is set aside
 * for it: writers wait for what a checkpoint frees, so it must never have to wait for
 * them. Points that came in order of time are read where they are; others are sorted some
 * at a time.
 * <p>
 * Points that are already too old are written as well. Only the {@link RetentionSweeper}
 * removes points.
 * <p>
 * Used by one thread at a time, which is inside the {@link UseGuard}.
 */
public final class Checkpointer {

	private static final int CHUNK_PART = 4;

	private static final long SPARE_BYTES = 2L * ChunkPieces.BATCH_BYTES;

	private static final int MIN_SORTED_POINTS = 4096;

	/**
	 * The number of parts into which the memory is divided. Sorting takes one of them.
	 */
	private static final int PARTS = 3;

	private final Database database;

	private final Heads heads;

	private final Committer committer;

	private final StoreCounters counters;

	private final Clock clock;

	private final UseGuard guard;

	private final ChunkCompaction compaction;

	private final HeapShare memory;

	/** The most points that are sorted at a time. */
	private final int sortedPoints;

	private final EncodedWriteBatch batch = new EncodedWriteBatch(ChunkPieces.BATCH_BYTES);

	private final PointColumns points = new PointColumns(1024);

	private final SeriesIndex<Series> index;

	/** The epoch to write. It stays until it has been written, whatever goes wrong. */
	private Heads.@Nullable Epoch pending;

	private long pendingLogBytes;

	private volatile long storedPoints;

	/** The sort of the checkpoint in progress, once there is something to sort. */
	private @Nullable CellSort sort;

	public Checkpointer(Database database, SeriesIndex<Series> index, Heads heads, Committer committer,
			StoreCounters counters, Clock clock, UseGuard guard, ChunkCompaction compaction, HeapBudget budget) {
		this.database = database;
		this.index = index;
		this.heads = heads;
		this.committer = committer;
		this.counters = counters;
		this.clock = clock;
		this.guard = guard;
		this.compaction = compaction;
		this.memory = budget.share(HeapUse.CHECKPOINT);
		long points = this.memory.minBytes() / PARTS / CellSort.BYTES_PER_POINT;
		this.sortedPoints = (int) Math.max(MIN_SORTED_POINTS, Math.min(HeadSnapshot.SORTED_POINTS, points));
	}

	/**
	 * Returns how much memory a checkpoint takes at most.
	 * @return the number of bytes
	 */
	public long bytes() {
		return (long) this.sortedPoints * CellSort.BYTES_PER_POINT
				+ (long) ChunkPieces.KEPT_POINTS * HeadBlock.BYTES_PER_POINT + 3L * ChunkPieces.BATCH_BYTES;
	}

	/**
	 * Reads the number of points from the store. Called before any other method.
	 */
	public void start() {
		this.storedPoints = StoreMetadata.POINTS.read(this.database, 0);
	}

	/**
	 * Returns how many points are in chunks. Overwritten points count until their chunk
	 * is rewritten.
	 * @return the number of points
	 */
	public long storedPoints() {
		return this.storedPoints;
	}

	/**
	 * Writes all points that are in memory now into chunks, starting with those that an
	 * earlier attempt could not write.
	 * @param generation the generation in which the thread entered the guard
	 */
	void checkpoint(int generation) {
		if (this.pending != null) {
			write(this.pending, generation);
		}
		Heads.Epoch ended = this.committer.exclusively(() -> {
			this.pendingLogBytes = this.counters.logBytes();
			return this.heads.freeze(this.committer.sequence());
		});
		this.pending = ended;
		write(ended, generation);
	}

	/**
	 * Writes all points in memory into chunks while the log is being read.
	 * @param sequence the last record that was read
	 */
	public void checkpointDuringRecovery(long sequence) {
		int generation = this.guard.enter();
		try {
			write(this.heads.freeze(sequence), generation);
		}
		finally {
			this.guard.leave(generation);
		}
	}

	private void write(Heads.Epoch epoch, int generation) {
		ensureSpace();
		// A checkpoint can't wait for memory, because it is what frees memory.
		long bytes = bytes();
		this.memory.force(bytes);
		try {
			writeChunks(epoch, generation);
		}
		finally {
			this.sort = null;
			this.memory.release(bytes);
		}
	}

	// If the disk became full meanwhile, RocksDB would refuse all further writes. Points
	// hardly ever take more than a quarter of the space in chunks.
	private void ensureSpace() {
		long needed = this.heads.frozenBytes() / CHUNK_PART + SPARE_BYTES;
		long free = DiskSpace.free(this.database.path());
		if (free < needed) {
			throw new StorageException("Only " + DiskSpace.text(free) + " are free in " + this.database.path()
					+ ", and " + DiskSpace.text(needed) + " are needed");
		}
	}

	private void writeChunks(Heads.Epoch epoch, int generation) {
		long start = System.nanoTime();
		long startMillis = this.clock.millis();
		long horizon = Horizon.of(startMillis / 1000);
		this.batch.clear(2 * ChunkPieces.BATCH_BYTES);
		List<Series> series = epoch.sorted();
		long count;
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			ChunkPieces pieces = new ChunkPieces(cursor, this.batch, this.points, this::sort, horizon,
					StoreMetadata.POINTS.read(this.database, 0), (points) -> {
						this.guard.ensureMayStay(generation);
						flush(points);
					});
			long erased = 0;
			for (Series one : series) {
				erased += pieces.erase(one, one.frozenHead(epoch.number()));
			}
			if (erased > 0) {
				// What the batch holds can't be read.
				pieces.flush();
				this.compaction.removed(erased);
			}
			for (Series one : series) {
				// A checkpoint may stop here, because everything written so far is valid.
				this.guard.ensureMayStay(generation);
				pieces.write(one, one.frozenHead(epoch.number()));
			}
			count = pieces.count();
		}
		catch (RuntimeException | Error ex) {
			// The remembered tails may never have been written.
			for (Series one : series) {
				one.forgetTail();
			}
			throw ex;
		}
		cutLog(epoch, count, series);
		this.storedPoints = count;
		this.heads.drop(epoch);
		this.pending = null;
		long nanos = System.nanoTime() - start;
		this.counters.checkpointed(nanos, startMillis + TimeUnit.NANOSECONDS.toMillis(nanos));
		this.database.dropLogTables(epoch.sequence());
	}

	private void cutLog(Heads.Epoch epoch, long count, List<Series> series) {
		try {
			sync();
			this.batch.deleteRange(ColumnFamily.LOG, 0, epoch.sequence() + 1);
			StoreMetadata.CHECKPOINT.write(epoch.sequence(), this.batch);
			epoch.removed().forEach((removed) -> RemovedSeries.write(removed.number(), this.batch));
			noteSeries();
			flush(count);
			sync();
		}
		catch (RuntimeException | Error ex) {
			for (Series one : series) {
				one.forgetTail();
			}
			throw ex;
		}
		long cut = this.pendingLogBytes;
		this.pendingLogBytes = 0;
		this.committer.exclusively(() -> {
			this.counters.logDropped(cut);
			return true;
		});
	}

	// Lets the next start report how much memory it needs before it needs it.
	private void noteSeries() {
		synchronized (this.index) {
			StoreMetadata.SERIES.write(this.index.size(), this.batch);
			StoreMetadata.KEY_BYTES.write(this.index.keyBytes(), this.batch);
		}
	}

	private void sync() {
		long start = System.nanoTime();
		this.database.sync();
		this.counters.synced(System.nanoTime() - start);
	}

	private CellSort sort() {
		CellSort sorter = this.sort;
		if (sorter == null) {
			sorter = new CellSort(this.sortedPoints);
			this.sort = sorter;
		}
		return sorter;
	}

	private void flush(long count) {
		StoreMetadata.POINTS.write(count, this.batch);
		this.database.write(this.batch, false);
		this.batch.clear(2 * ChunkPieces.BATCH_BYTES);
	}

	/**
	 * Removes points from the chunks. The points count until they have been removed.
	 * @param removed how many points
	 * @param removal the batch that removes them
	 */
	void removePoints(long removed, EncodedWriteBatch removal) {
		long left = this.storedPoints - removed;
		StoreMetadata.POINTS.write(left, removal);
		this.database.write(removal, false);
		this.storedPoints = left;
	}

}

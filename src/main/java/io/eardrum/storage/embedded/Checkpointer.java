package io.eardrum.storage.embedded;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.Horizon;

/**
 * Writes the points of an epoch from memory into chunks, and cuts the log.
 * <p>
 * The chunks are written in several batches of about a megabyte, each series within one
 * of them, and the log is cut in the last one. Should the process die in between, some
 * series have their points in chunks and in the log; reading the log puts them into
 * memory again, every one of them in the same order, where they win over the same points
 * in the chunks. So what a reader sees is the same whichever batches were written.
 * <p>
 * The power may fail, too, whatever is promised of single puts: a point whose put was
 * made safe must stay so when it moves. Therefore the chunks are made safe before the log
 * is cut, which may go into another file of RocksDB's write-ahead log than they did, and
 * the cut before files of the log are dropped, for they are gone at once.
 * <p>
 * What is too old already is written as well: only the {@link RetentionSweeper} removes
 * points.
 * <p>
 * Used by one thread, which is inside the {@link Gate}.
 */
final class Checkpointer {

	private static final int BATCH_BYTES = 1 << 20;

	/** How many points the buffers keep room for from one series to the next. */
	private static final int KEPT_POINTS = 1 << 16;

	private final Database database;

	private final Heads heads;

	private final Committer committer;

	private final StorageMeters meters;

	private final Clock clock;

	private final Gate gate;

	private final WriteBatchBytes batch = new WriteBatchBytes(BATCH_BYTES);

	private final PointColumns points = new PointColumns(1024);

	/** What is to be written; stays until it has been, whatever goes wrong. */
	private Heads.@Nullable Epoch pending;

	private long pendingLogBytes;

	private volatile long storedPoints;

	Checkpointer(Database database, Heads heads, Committer committer, StorageMeters meters, Clock clock, Gate gate) {
		this.database = database;
		this.heads = heads;
		this.committer = committer;
		this.meters = meters;
		this.clock = clock;
		this.gate = gate;
	}

	/**
	 * Goes on from what the store knows. Called before any other method.
	 */
	void start() {
		this.storedPoints = Metadata.POINTS.read(this.database, 0);
	}

	/**
	 * Tells how many points are in chunks; overwritten ones count until their chunk is
	 * written anew.
	 * @return the number of points
	 */
	long storedPoints() {
		return this.storedPoints;
	}

	/**
	 * Writes everything that is in memory now into chunks: first what an earlier attempt
	 * could not write.
	 * @param era when the thread entered the gate
	 */
	void checkpoint(int era) {
		if (this.pending != null) {
			write(this.pending, era);
		}
		Heads.Epoch ended = this.committer.exclusively(() -> {
			this.pendingLogBytes = this.meters.logBytes();
			return this.heads.freeze(this.committer.sequence());
		});
		this.pending = ended;
		write(ended, era);
	}

	/**
	 * Writes everything that is in memory into chunks, while the log is being read.
	 * @param sequence the last record that was read
	 */
	void checkpointDuringRecovery(long sequence) {
		int era = this.gate.enter();
		try {
			write(this.heads.freeze(sequence), era);
		}
		finally {
			this.gate.leave(era);
		}
	}

	private void write(Heads.Epoch epoch, int era) {
		long start = System.nanoTime();
		long startMillis = this.clock.millis();
		long horizon = Horizon.of(startMillis / 1000);
		this.batch.clear(2 * BATCH_BYTES);
		long count = Metadata.POINTS.read(this.database, 0);
		List<Series> series = epoch.sorted();
		try (ChunkCursor cursor = new ChunkCursor(this.database, true)) {
			ChunkWriter writer = new ChunkWriter(this.batch, cursor);
			for (Series one : series) {
				// As good a moment to stop as any: all that is written holds.
				this.gate.ensureMayStay(era);
				this.points.clear(KEPT_POINTS);
				HeadSnapshot head = HeadSnapshot.of(one.frozenHead(epoch.number()));
				head.drainTo(Integer.MAX_VALUE, Long.MAX_VALUE, this.points);
				if (!this.points.isEmpty()) {
					if (this.points.last() > horizon) {
						one.noChunkAhead(false);
					}
					writer.write(one, this.points);
				}
				if (this.batch.size() > BATCH_BYTES) {
					count += writer.takeAddedPoints();
					flush(count);
					cursor.refresh();
				}
			}
			count += writer.takeAddedPoints();
		}
		catch (RuntimeException | Error ex) {
			// What is remembered of the tails may never have been written.
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
		this.meters.checkpointed(nanos, startMillis + TimeUnit.NANOSECONDS.toMillis(nanos));
		this.database.dropLogFiles(epoch.sequence());
	}

	private void cutLog(Heads.Epoch epoch, long count, List<Series> series) {
		try {
			sync();
			this.batch.deleteRange(ColumnFamily.LOG, 0, epoch.sequence() + 1);
			Metadata.CHECKPOINT.write(epoch.sequence(), this.batch);
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
			this.meters.logDropped(cut);
			return true;
		});
	}

	private void sync() {
		long start = System.nanoTime();
		this.database.sync();
		this.meters.synced(System.nanoTime() - start);
	}

	private void flush(long count) {
		Metadata.POINTS.write(count, this.batch);
		this.database.write(this.batch, false);
		this.batch.clear(2 * BATCH_BYTES);
	}

	/**
	 * Removes points from the chunks. They count until that is done.
	 * @param removed how many points
	 * @param removal the batch that removes them
	 */
	void removePoints(long removed, WriteBatchBytes removal) {
		long left = this.storedPoints - removed;
		Metadata.POINTS.write(left, removal);
		this.database.write(removal, false);
		this.storedPoints = left;
	}

}

package io.eardrum.storage.embedded.recovery;

import java.time.Duration;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.HeadMemoryLimit;
import io.eardrum.storage.embedded.log.PutRecord;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.LastEntry;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.time.Retention;

/**
 * Loads the content of a store into memory: all series, and the points of the log. Damage
 * is thrown as a {@link CorruptStoreException}.
 */
public final class LogReplay {

	private static final Logger logger = LoggerFactory.getLogger(LogReplay.class);

	private static final long PROGRESS_NANOS = Duration.ofSeconds(5).toNanos();

	private final Database database;

	private final SeriesIndex<Series> index;

	private final Heads heads;

	private final HeadMemoryLimit headMemoryLimit;

	private final LongConsumer checkpoint;

	private final EmbeddedStorageSettings settings;

	/**
	 * Whether the store can be written. If not, all points of the log stay in memory, as
	 * they did before.
	 */
	private final boolean writable;

	private final long mostSeriesBytes;

	private final StoredEntries entries;

	private long points;

	private long grown;

	private long logBytes;

	private long lastProgress;

	/**
	 * Creates the replay of a store.
	 * @param database the open database of the store
	 * @param index takes the series
	 * @param heads take the points of the log
	 * @param headMemoryLimit accounts for the memory of these points
	 * @param checkpoint writes the points in memory into chunks; takes the number of the
	 * last record that has been read
	 * @param settings the settings of the store
	 * @param writable whether the store can be written
	 * @param budget the budget of the heap
	 */
	public LogReplay(Database database, SeriesIndex<Series> index, Heads heads, HeadMemoryLimit headMemoryLimit,
			LongConsumer checkpoint, EmbeddedStorageSettings settings, boolean writable, HeapBudget budget) {
		this.database = database;
		this.entries = new StoredEntries(database);
		this.index = index;
		this.heads = heads;
		this.headMemoryLimit = headMemoryLimit;
		this.checkpoint = checkpoint;
		this.settings = settings;
		this.writable = writable;
		this.mostSeriesBytes = budget.mostBytes(HeapUse.SERIES);
	}

	/**
	 * Reads the series and the log.
	 * @return the number of the last record in the log
	 * @throws CorruptStoreException if the store is damaged
	 * @throws StoreOpenException if the heap is too small for the series
	 */
	public long recover() {
		long start = System.nanoTime();
		checkMemory();
		readSeries();
		this.entries.checkChunks(this.index.nextNumber());
		long last = readLog();
		if (this.points > 0 || this.index.size() > 0) {
			logger.info("Opened the store in {} with {} series; read {} points from the log, all in {} ms",
					this.database.path(), this.index.size(), this.points,
					Duration.ofNanos(System.nanoTime() - start).toMillis());
		}
		return last;
	}

	/**
	 * Returns the size of the part of the log whose points are in memory now.
	 * @return the number of bytes
	 */
	public long logBytes() {
		return this.logBytes;
	}

	// Checks the memory for the series before they are read, if the store has counted
	// them. For a store of an earlier version, the need becomes known while it is read.
	private void checkMemory() {
		long series = LastEntry.number(this.database, ColumnFamily.SERIES) + 1;
		long counted = Math.min(series, StoreMetadata.SERIES.read(this.database, 0));
		long keyBytes = StoreMetadata.KEY_BYTES.read(this.database, 0);
		if (counted > 0 && this.index.bytes(counted, keyBytes) > this.mostSeriesBytes) {
			throw tooManySeries(series, (long) ((double) keyBytes / counted * series));
		}
	}

	private StoreOpenException tooManySeries(long series, long keyBytes) {
		long mebibyte = 1 << 20;
		long needed = this.index.bytes(series, keyBytes);
		long heap = HeapBudget.heapBytesFor(HeapUse.SERIES, needed) / mebibyte;
		return new StoreOpenException(
				"The store in " + this.database.path() + " has " + series + " series, which take about "
						+ (needed / mebibyte + 1) + " MB of memory, and there are only "
						+ this.mostSeriesBytes / mebibyte + " MB for them in a heap of "
						+ Runtime.getRuntime().maxMemory() / mebibyte + " MB.",
				"Start the server with a heap of -Xmx" + heap
						+ "m or more. The store has not been changed. If eardrum.heap.total is set, remove it.",
				null);
	}

	private void readSeries() {
		long count = LastEntry.number(this.database, ColumnFamily.SERIES) + 1;
		Retention retention = this.settings.retention();
		boolean removals = StoreMetadata.FORMAT.read(this.database, 0) >= StoreMetadata.FORMAT_WITH_DELETIONS;
		this.entries.readSeries(new StoredEntries.SeriesTarget() {

			@Override
			public long accept(byte[] bytes) {
				SeriesKey key = SeriesKey.of(bytes, 0, bytes.length);
				if (removals) {
					removeEarlier(key);
				}
				LogReplay.this.index.findOrAdd(key, (given) -> new Series(key, given, retention.seconds(key)));
				if (LogReplay.this.index.bytes() > LogReplay.this.mostSeriesBytes) {
					double read = LogReplay.this.index.size();
					throw tooManySeries(count, (long) (LogReplay.this.index.keyBytes() / read * count));
				}
				return LogReplay.this.index.nextNumber();
			}

			@Override
			public void skipTo(long next) {
				LogReplay.this.index.skipTo((int) next);
			}

		});
	}

	// A series with the same key as a later one has been removed, and the log says so.
	// What it had is gone already.
	private void removeEarlier(SeriesKey key) {
		Series earlier = this.index.find(key);
		if (earlier != null) {
			remove(earlier);
		}
	}

	private void remove(Series series) {
		this.grown += this.heads.delete(series, Long.MIN_VALUE, Long.MAX_VALUE);
		this.heads.remove(series);
		this.index.remove(series);
	}

	private long readLog() {
		this.lastProgress = System.nanoTime();
		return this.entries.readLog(new PutRecord.Target() {

			@Override
			public void accept(int series, long timestamp, double value) {
				apply(series, timestamp, value);
			}

			@Override
			public void delete(int series, long from, long to, boolean removed) {
				applyDeletion(series, from, to, removed);
			}

		}, this::endRecord);
	}

	private void endRecord(long sequence, int length) {
		this.logBytes += length;
		if (this.grown > 0) {
			this.heads.grow(this.grown);
			this.headMemoryLimit.force(this.grown);
			this.grown = 0;
		}
		if (this.writable && (this.heads.bytes() > this.settings.checkpointBytes()
				|| this.heads.largest() >= this.headMemoryLimit.maxSeriesPoints())) {
			this.checkpoint.accept(sequence);
			this.logBytes = 0;
		}
		if (System.nanoTime() - this.lastProgress > PROGRESS_NANOS) {
			this.lastProgress = System.nanoTime();
			logger.info("Reading the log in {}: {} points so far", this.database.path(), this.points);
		}
	}

	private void apply(int series, long timestamp, double number) {
		Series taker = find(series);
		if (taker != null) {
			this.grown += this.heads.append(taker, timestamp, number);
			this.points++;
		}
	}

	private void applyDeletion(int series, long from, long to, boolean removed) {
		Series target = find(series);
		if (target != null && removed) {
			remove(target);
		}
		else if (target != null) {
			this.grown += this.heads.delete(target, from, to);
		}
	}

	// Returns the series, or null if it has been removed later.
	private @Nullable Series find(int number) {
		if (number >= this.index.nextNumber()) {
			throw new CorruptStoreException("the log has points of series " + number + ", which does not exist");
		}
		return this.index.find(number);
	}

}

package io.eardrum.storage.embedded.check;

import java.util.ArrayList;
import java.util.List;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StoreCheck;
import io.eardrum.storage.embedded.chunk.ChunkCursor;
import io.eardrum.storage.embedded.chunk.ChunkWriter;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.log.PutRecord;
import io.eardrum.storage.embedded.log.RemovedSeries;
import io.eardrum.storage.embedded.recovery.StoredEntries;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;

/**
 * Reads everything that a store holds, as a start and as reads do, and keeps nothing of
 * it: the series, the log, and the points of each chunk.
 * <p>
 * Used by one thread, with a database that is open and not being written to. Damage that
 * makes a start fail is thrown as a {@link CorruptStoreException}. Damage that only makes
 * reads fail is collected.
 */
final class StoreContents {

	/**
	 * How many problems are collected at most, because damage of one table may affect
	 * each of a million series.
	 */
	private static final int MAX_PROBLEMS = 20;

	/** How many series are read between two reports of progress. */
	private static final int REPORTED_SERIES = 64;

	private final Database database;

	private final List<String> problems = new ArrayList<>();

	/** The number of the series behind the last one. */
	private long series;

	private long removedSeries;

	private long logPoints;

	private long chunkPoints;

	StoreContents(Database database) {
		this.database = database;
	}

	/**
	 * Reads the series and the log, as a start does.
	 */
	void readAsAStart() {
		StoredEntries entries = new StoredEntries(this.database);
		entries.readSeries(new StoredEntries.SeriesTarget() {

			@Override
			public long accept(byte[] key) {
				return ++StoreContents.this.series;
			}

			@Override
			public void skipTo(long next) {
				StoreContents.this.removedSeries += next - StoreContents.this.series;
				StoreContents.this.series = next;
			}

		});
		entries.checkChunks(this.series);
		entries.readLog(new PutRecord.Target() {

			@Override
			public void accept(int number, long timestamp, double value) {
				requireSeries(number);
				StoreContents.this.logPoints++;
			}

			@Override
			public void delete(int number, long from, long to, boolean removed) {
				requireSeries(number);
			}

		}, (sequence, length) -> {
		});
	}

	/**
	 * Reads all chunks.
	 * @param progress takes reports of progress
	 * @param from how many bytes were read before
	 * @param bytes how many bytes the chunks count for
	 * @param total how many bytes there are to read in sum
	 */
	void readChunks(StoreCheck.Progress progress, long from, long bytes, long total) {
		PointColumns points = new PointColumns(ChunkWriter.TARGET_POINTS);
		ChunkCursor cursor = new ChunkCursor(this.database, false);
		try {
			for (int number = 0; number < this.series; number++) {
				if (number % REPORTED_SERIES == 0) {
					progress.at("chunks", from + (long) ((double) bytes * number / this.series), total);
				}
				try {
					readSeries(number, cursor, points);
				}
				catch (CorruptStoreException ex) {
					if (this.problems.size() == MAX_PROBLEMS) {
						this.problems.add("the chunks of further series were not read");
						return;
					}
					this.problems.add("series " + number + " (" + keyOf(number) + "): " + ex.getMessage());
					// An iterator that has failed can't be used any more.
					cursor.close();
					cursor = new ChunkCursor(this.database, false);
				}
			}
		}
		finally {
			cursor.close();
		}
	}

	private void readSeries(int number, ChunkCursor cursor, PointColumns points) {
		boolean found = cursor.seek(number, Long.MIN_VALUE);
		long last = Long.MIN_VALUE;
		boolean first = true;
		while (found) {
			if (cursor.piece() != 0) {
				throw new CorruptStoreException("a chunk has lost its first pieces");
			}
			long start = cursor.start();
			cursor.readChunk(points);
			if (points.first() < start || (!first && start <= last)) {
				throw new CorruptStoreException("a chunk has points that belong to the previous one");
			}
			first = false;
			last = points.last();
			this.chunkPoints += points.size();
			found = cursor.isValid() && cursor.series() == number;
		}
	}

	private String keyOf(int number) {
		ByteWriter key = new ByteWriter(Long.BYTES);
		key.writeLongBigEndian(number);
		byte[] bytes = this.database.get(ColumnFamily.SERIES, key.toByteArray());
		return (bytes != null && !RemovedSeries.isRemoved(bytes)) ? SeriesKey.of(bytes, 0, bytes.length).toString()
				: "?";
	}

	private void requireSeries(int number) {
		if (number >= this.series) {
			throw new CorruptStoreException("the log has points of series " + number + ", which does not exist");
		}
	}

	/**
	 * Returns which chunks could not be read.
	 * @return a sentence for each affected series, up to a limit
	 */
	List<String> problems() {
		return List.copyOf(this.problems);
	}

	/**
	 * Returns the number of the series behind the last one.
	 * @return how many series there ever were
	 */
	long nextNumber() {
		return this.series;
	}

	long series() {
		return this.series - this.removedSeries;
	}

	long logPoints() {
		return this.logPoints;
	}

	long chunkPoints() {
		return this.chunkPoints;
	}

}

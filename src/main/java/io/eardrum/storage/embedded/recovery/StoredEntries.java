package io.eardrum.storage.embedded.recovery;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.log.PutRecord;
import io.eardrum.storage.embedded.log.RemovedSeries;
import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.LastEntry;
import io.eardrum.storage.embedded.rocksdb.StoreMetadata;

/**
 * Reads the series and the log of a store in order. Both are numbered without gaps, so
 * that a missing entry is detected. Damage is thrown as a {@link CorruptStoreException},
 * and nothing is ever skipped.
 * <p>
 * Used by one thread.
 */
public final class StoredEntries {

	private final Database database;

	private final ByteReader reader = new ByteReader();

	private byte[] value = new byte[4096];

	/**
	 * Creates a reader.
	 * @param database the open database of the store
	 */
	public StoredEntries(Database database) {
		this.database = database;
	}

	/**
	 * Reads all series.
	 * @param target takes the series in order
	 */
	public void readSeries(SeriesTarget target) {
		long known = 0;
		try (ReadOptions options = new ReadOptions().setFillCache(false);
				RocksIterator iterator = this.database.iterator(ColumnFamily.SERIES, options)) {
			for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
				long number = toLong(iterator.key());
				if (number != known) {
					throw new CorruptStoreException("series " + known + " is missing (the next one is " + number + ")");
				}
				byte[] value = iterator.value();
				if (RemovedSeries.isRemoved(value)) {
					known++;
					target.skipTo(known);
				}
				else {
					known = target.accept(value);
				}
			}
			requireOk(iterator);
		}
	}

	/**
	 * Ensures that all chunks belong to existing series, because other chunks would never
	 * be read.
	 * @param series how many series there are
	 */
	public void checkChunks(long series) {
		// The number of the series is the upper half of the first eight bytes of a key.
		long last = LastEntry.number(this.database, ColumnFamily.CHUNKS) >> Integer.SIZE;
		if (last >= series) {
			throw new CorruptStoreException("there are chunks of series " + last + ", which does not exist");
		}
		if (last >= 0 && StoreMetadata.POINTS.read(this.database, -1) < 0) {
			throw new CorruptStoreException("the number of points in chunks is missing");
		}
	}

	/**
	 * Reads the log after the last checkpoint.
	 * @param target takes the points
	 * @param listener is called for each record
	 * @return the number of the last record
	 */
	public long readLog(PutRecord.Target target, RecordListener listener) {
		long last = StoreMetadata.CHECKPOINT.read(this.database, 0);
		byte[] key = new byte[Long.BYTES];
		ByteWriter first = new ByteWriter(Long.BYTES);
		first.writeLongBigEndian(last + 1);
		try (ReadOptions options = new ReadOptions().setFillCache(false);
				RocksIterator iterator = this.database.iterator(ColumnFamily.LOG, options)) {
			for (iterator.seek(first.toByteArray()); iterator.isValid(); iterator.next()) {
				iterator.key(key);
				long sequence = toLong(key);
				if (sequence != last + 1) {
					throw new CorruptStoreException(
							"record " + (last + 1) + " of the log is missing (the next one is " + sequence + ")");
				}
				int length = read(iterator);
				this.reader.reset(this.value, length);
				PutRecord.decode(this.reader, target);
				last = sequence;
				listener.read(sequence, length);
			}
			requireOk(iterator);
		}
		return last;
	}

	private int read(RocksIterator iterator) {
		int length = iterator.value(this.value);
		if (length > this.value.length - ByteReader.SLACK) {
			this.value = new byte[length + length / 2 + ByteReader.SLACK];
			length = iterator.value(this.value);
		}
		return length;
	}

	private void requireOk(RocksIterator iterator) {
		try {
			iterator.status();
		}
		catch (RocksDBException ex) {
			throw this.database.failure("can't be read", ex);
		}
	}

	private static long toLong(byte[] key) {
		long number = 0;
		for (byte next : key) {
			number = (number << Byte.SIZE) | (next & 0xFF);
		}
		return number;
	}

	/**
	 * Takes a series.
	 */
	public interface SeriesTarget {

		/**
		 * Takes the next series.
		 * @param key its key, as it is stored
		 * @return the number of the series behind it
		 */
		long accept(byte[] key);

		/**
		 * Called for a series that has been removed.
		 * @param next the number of the series behind it
		 */
		void skipTo(long next);

	}

	/**
	 * Called for each record of the log, after its points.
	 */
	@FunctionalInterface
	public interface RecordListener {

		/**
		 * Called when a record has been read.
		 * @param sequence its number
		 * @param length its length in bytes
		 */
		void read(long sequence, int length);

	}

}

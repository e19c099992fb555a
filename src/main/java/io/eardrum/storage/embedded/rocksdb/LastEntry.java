package io.eardrum.storage.embedded.rocksdb;

import java.nio.ByteBuffer;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Finds the last entry of a column family whose keys begin with a number.
 */
public final class LastEntry {

	private LastEntry() {
	}

	/**
	 * Returns the number of the last entry.
	 * @param database the database
	 * @param family the family
	 * @return the first eight bytes of its key, or -1 if there is no entry
	 */
	public static long number(Database database, ColumnFamily family) {
		try (ReadOptions options = new ReadOptions().setFillCache(false);
				RocksIterator iterator = database.iterator(family, options)) {
			iterator.seekToLast();
			if (iterator.isValid()) {
				return ByteBuffer.wrap(iterator.key()).getLong();
			}
			iterator.status();
			return -1;
		}
		catch (RocksDBException ex) {
			throw database.failure("can't be read", ex);
		}
	}

}

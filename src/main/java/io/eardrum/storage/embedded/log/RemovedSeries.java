package io.eardrum.storage.embedded.log;

import io.eardrum.storage.embedded.rocksdb.ColumnFamily;
import io.eardrum.storage.embedded.rocksdb.EncodedWriteBatch;

/**
 * What the store has in the place of the key of a removed series. Series are numbered
 * without gaps, so that a missing one is noticed.
 */
public final class RemovedSeries {

	private static final byte[] NO_KEY = {};

	private RemovedSeries() {
	}

	/**
	 * Adds the removal of a series to a batch.
	 * @param number the number of the series
	 * @param target the batch
	 */
	public static void write(int number, EncodedWriteBatch target) {
		target.put(ColumnFamily.SERIES, number, NO_KEY, 0);
	}

	/**
	 * Returns whether a series has been removed.
	 * @param value what the store has in the place of its key
	 * @return whether it is no key
	 */
	public static boolean isRemoved(byte[] value) {
		return value.length == 0;
	}

}

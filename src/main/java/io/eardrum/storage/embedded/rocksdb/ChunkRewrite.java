package io.eardrum.storage.embedded.rocksdb;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * A compaction of all chunks, which can be stopped.
 * <p>
 * Run by one thread at a time, stopped by any.
 */
final class ChunkRewrite {

	/** By which a compaction under way can be stopped. Under the monitor of this. */
	private @Nullable CompactRangeOptions underWay;

	/**
	 * Rewrites a part of the store. RocksDB's own compactions go on, or the writes would
	 * soon wait for them.
	 * @param rocks the database
	 * @param handle the part
	 * @throws RocksDBException if that fails, also if it was stopped
	 */
	void run(RocksDB rocks, ColumnFamilyHandle handle) throws RocksDBException {
		// Without false, RocksDB would never look whether it became true.
		try (CompactRangeOptions options = new CompactRangeOptions().setExclusiveManualCompaction(false)
			.setCanceled(false)) {
			begins(options);
			try {
				rocks.compactRange(handle, null, null, options);
			}
			finally {
				begins(null);
			}
		}
	}

	private synchronized void begins(@Nullable CompactRangeOptions options) {
		this.underWay = options;
	}

	/**
	 * Lets {@link #run} end soon, if it is under way.
	 */
	synchronized void stop() {
		if (this.underWay != null) {
			this.underWay.setCanceled(true);
		}
	}

}

package io.eardrum.storage.embedded.rocksdb;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Compacts all chunks. The compaction can be stopped.
 * <p>
 * One thread at a time runs a compaction, and any thread may stop it.
 */
final class ChunkRewrite {

	/**
	 * The options through which a compaction in progress can be stopped. Guarded by this
	 * object's monitor.
	 */
	private @Nullable CompactRangeOptions underWay;

	/**
	 * Rewrites a part of the store. RocksDB's own compactions continue, because otherwise
	 * the writes would soon wait for them.
	 * @param rocks the database
	 * @param handle the part
	 * @throws RocksDBException if the compaction fails or was stopped
	 */
	void run(RocksDB rocks, ColumnFamilyHandle handle) throws RocksDBException {
		// Without an initial false, RocksDB would never check whether it has become true.
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
	 * Makes {@link #run} end soon if it is in progress.
	 */
	synchronized void stop() {
		if (this.underWay != null) {
			this.underWay.setCanceled(true);
		}
	}

}

package io.eardrum.storage.embedded.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * The options with which RocksDB is opened. Each call returns a new native object, which
 * the caller closes.
 */
final class DatabaseOptions {

	private static final long MEBIBYTE = 1 << 20;

	private static final int BLOCK_BYTES = 16 << 10;

	private static final int INFO_LOG_FILES = 4;

	private final long nativeBytes;

	private final long maxWalBytes;

	private final List<AbstractEventListener> listeners;

	/**
	 * Creates the options of a store.
	 * @param settings the settings of the store
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files
	 */
	DatabaseOptions(EmbeddedStorageSettings settings, List<AbstractEventListener> listeners) {
		this.nativeBytes = settings.nativeBytes();
		this.maxWalBytes = Math.max(64 * MEBIBYTE, settings.headBytes());
		this.listeners = listeners;
	}

	LRUCache cache() {
		return new LRUCache(this.nativeBytes);
	}

	WriteBufferManager buffers(LRUCache cache) {
		return new WriteBufferManager(this.nativeBytes / 2, cache);
	}

	/**
	 * Returns the options of the database.
	 * @param buffers counts its write buffers
	 * @param create whether to create the database
	 * @return the options, to be closed
	 */
	DBOptions database(WriteBufferManager buffers, boolean create) {
		// The Java API has no setter for this option. With it, RocksDB notes the size of
		// each file of the write-ahead log in the MANIFEST when it moves on to the next
		// one.
		Properties properties = new Properties();
		properties.setProperty("track_and_verify_wals_in_manifest", "true");
		return DBOptions.getDBOptionsFromProps(properties)
			.setCreateIfMissing(create)
			.setCreateMissingColumnFamilies(create)
			.setErrorIfExists(create)
			.setParanoidChecks(true)
			.setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
			.setMaxTotalWalSize(this.maxWalBytes)
			.setWriteBufferManager(buffers)
			.setMaxBackgroundJobs(2)
			.setBytesPerSync(MEBIBYTE)
			.setWalBytesPerSync(MEBIBYTE)
			.setMaxOpenFiles(512)
			.setKeepLogFileNum(INFO_LOG_FILES)
			.setMaxLogFileSize(4 * MEBIBYTE)
			.setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
			.setStatsDumpPeriodSec(0)
			.setListeners(this.listeners);
	}

	/**
	 * Returns the parts of the store and the options of each, with compactions turned
	 * off. Damage that only a compaction finds must not decide whether a start is
	 * refused, because that would be a matter of chance.
	 * @param cache keeps blocks of their tables
	 * @param opened takes the native objects
	 * @return the parts in their order
	 */
	static List<ColumnFamilyDescriptor> families(Cache cache, NativeObjects opened) {
		List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
		for (ColumnFamily family : ColumnFamily.values()) {
			descriptors.add(new ColumnFamilyDescriptor(family.familyName(),
					opened.add(family(family, cache).setDisableAutoCompactions(true))));
		}
		return descriptors;
	}

	private static ColumnFamilyOptions family(ColumnFamily family, Cache cache) {
		BlockBasedTableConfig table = new BlockBasedTableConfig().setBlockCache(cache)
			.setBlockSize(BLOCK_BYTES)
			.setCacheIndexAndFilterBlocks(true)
			.setPinL0FilterAndIndexBlocksInCache(true)
			.setIndexType(IndexType.kBinarySearch)
			.setFormatVersion(5);
		ColumnFamilyOptions options = new ColumnFamilyOptions().setTableFormatConfig(table)
			.setCompressionType(CompressionType.LZ4_COMPRESSION);
		return switch (family) {
			case LOG -> options.setCompressionType(CompressionType.NO_COMPRESSION).setWriteBufferSize(64 * MEBIBYTE);
			case CHUNKS -> options.setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
				.setWriteBufferSize(32 * MEBIBYTE)
				.setPeriodicCompactionSeconds(7L * 24 * 60 * 60);
			case SERIES, META -> options.setWriteBufferSize(4 * MEBIBYTE);
		};
	}

}

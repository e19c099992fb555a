package io.eardrum.storage.embedded.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

import io.eardrum.storage.StorageProperties;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.time.Retention;

/**
 * The settings of the embedded store.
 *
 * @param path the directory of the store, which is created if it does not exist
 * @param fsync when a batch is made safe against power loss
 * @param headBytes how much memory the points that are not yet in chunks may take; beyond
 * it, writers wait
 * @param nativeBytes how much memory RocksDB may take for its caches and write buffers
 * @param minFreeBytes the free disk space below which points are refused
 * @param checkpointInterval how long it takes at most until points are in chunks
 * @param retention how long points are kept
 * @param maxSeries how many series there may be; points of further series are refused
 * @param acceptJump whether a clock that is far ahead of the store when it is opened is
 * believed at once
 * @param recover what to do if the store is not as it was left
 * @param scrubInterval how often all tables are read to find damage; zero means never
 */
public record EmbeddedStorageSettings(Path path, Fsync fsync, long headBytes, long nativeBytes, long minFreeBytes,
		Duration checkpointInterval, Retention retention, int maxSeries, boolean acceptJump, RecoverMode recover,
		Duration scrubInterval) {

	/** How long it takes at most until points are in chunks, unless configured. */
	public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(10);

	/**
	 * Returns settings for a store that has practically no limits except for memory.
	 * @param path the directory of the store
	 * @return the settings
	 */
	public static EmbeddedStorageSettings of(Path path) {
		return new EmbeddedStorageSettings(path, Fsync.ALWAYS, 64L << 20, 64L << 20, 0, DEFAULT_CHECKPOINT_INTERVAL,
				Retention.FOREVER, Integer.MAX_VALUE, false, RecoverMode.STRICT, Duration.ZERO);
	}

	/**
	 * Returns the settings that the configuration asks for.
	 * @param properties the configuration
	 * @param budget how much memory to use if it is not configured
	 * @return the settings
	 */
	public static EmbeddedStorageSettings of(StorageProperties properties, MemoryBudget budget) {
		MemoryBudget memory = (properties.memory() != null) ? MemoryBudget.share(properties.memory().toBytes())
				: budget;
		return new EmbeddedStorageSettings(properties.path(),
				Fsync.valueOf(properties.fsync().toUpperCase(Locale.ROOT)), memory.headBytes(), memory.nativeBytes(),
				properties.minFreeSpace().toBytes(), properties.checkpointInterval(), Retention.of(properties),
				properties.seriesLimit(), "accept".equals(properties.retentionJump()),
				RecoverMode.valueOf(properties.recover().toUpperCase(Locale.ROOT)), properties.scrubInterval());
	}

	public EmbeddedStorageSettings withFsync(Fsync policy) {
		return new EmbeddedStorageSettings(this.path, policy, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, this.recover,
				this.scrubInterval);
	}

	public EmbeddedStorageSettings withHeadBytes(long bytes) {
		return new EmbeddedStorageSettings(this.path, this.fsync, bytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, this.recover,
				this.scrubInterval);
	}

	public EmbeddedStorageSettings withNativeBytes(long bytes) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, bytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, this.recover,
				this.scrubInterval);
	}

	public EmbeddedStorageSettings withMinFreeBytes(long bytes) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, bytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, this.recover,
				this.scrubInterval);
	}

	public EmbeddedStorageSettings withRetention(Retention kept) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, kept, this.maxSeries, this.acceptJump, this.recover, this.scrubInterval);
	}

	public EmbeddedStorageSettings withAcceptJump(boolean accept) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, accept, this.recover, this.scrubInterval);
	}

	public EmbeddedStorageSettings withRecover(RecoverMode mode) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, mode, this.scrubInterval);
	}

	public EmbeddedStorageSettings withScrubInterval(Duration interval) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention, this.maxSeries, this.acceptJump, this.recover, interval);
	}

	/**
	 * Returns how much memory points take when a checkpoint writes them into chunks: half
	 * of what they may take, so that writers can continue meanwhile.
	 * @return the number of bytes
	 */
	public long checkpointBytes() {
		return this.headBytes / 2;
	}

}

package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the embedded store is to work.
 *
 * @param path the directory of the store, made if there is none
 * @param fsync when a batch is made safe against power loss
 * @param headBytes how much memory points may take that are not yet in chunks; past it,
 * writers wait
 * @param nativeBytes how much memory RocksDB may take, for its caches and write buffers
 * @param minFreeBytes below how much free disk space points are refused
 * @param checkpointInterval after how long points get into chunks at the latest
 * @param retention how long points are kept
 */
record EmbeddedStorageSettings(Path path, Fsync fsync, long headBytes, long nativeBytes, long minFreeBytes,
		Duration checkpointInterval, Retention retention) {

	static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(10);

	/**
	 * Returns settings for a store without limits worth mentioning but those on memory.
	 * @param path the directory of the store
	 * @return the settings
	 */
	static EmbeddedStorageSettings of(Path path) {
		return new EmbeddedStorageSettings(path, Fsync.ALWAYS, 64L << 20, 64L << 20, 0, DEFAULT_CHECKPOINT_INTERVAL,
				Retention.FOREVER);
	}

	EmbeddedStorageSettings withFsync(Fsync policy) {
		return new EmbeddedStorageSettings(this.path, policy, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention);
	}

	EmbeddedStorageSettings withHeadBytes(long bytes) {
		return new EmbeddedStorageSettings(this.path, this.fsync, bytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, this.retention);
	}

	EmbeddedStorageSettings withMinFreeBytes(long bytes) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, bytes,
				this.checkpointInterval, this.retention);
	}

	EmbeddedStorageSettings withRetention(Retention kept) {
		return new EmbeddedStorageSettings(this.path, this.fsync, this.headBytes, this.nativeBytes, this.minFreeBytes,
				this.checkpointInterval, kept);
	}

	/**
	 * From how much memory for points on they are written into chunks: half of what they
	 * may take, so that writers can go on meanwhile.
	 * @return the number of bytes
	 */
	long checkpointBytes() {
		return this.headBytes / 2;
	}

}

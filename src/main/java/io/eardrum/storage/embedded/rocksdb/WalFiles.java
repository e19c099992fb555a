package io.eardrum.storage.embedded.rocksdb;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.seal.DurableState;

/**
 * Tracks the files of RocksDB's write-ahead log: how long they are, and how much of them
 * is safe against power loss.
 * <p>
 * Safe for any number of threads.
 */
final class WalFiles {

	private final Path path;

	private volatile @Nullable DurableState durable;

	/**
	 * Creates a tracker for the files of a store.
	 * @param path the directory of the store
	 */
	WalFiles(Path path) {
		this.path = path;
	}

	/**
	 * Reads how long the files are now.
	 * @param writes the number of RocksDB's last write
	 * @return the state, which a sync that begins now makes safe
	 * @throws StorageException if the directory can't be read
	 */
	DurableState state(long writes) {
		try {
			return DurableState.of(this.path, writes);
		}
		catch (IOException ex) {
			throw new StorageException("The directory " + this.path + " can't be read: " + ex, ex);
		}
	}

	/**
	 * Returns what is safe.
	 * @return the last state that was noted, or {@code null} if none was noted since
	 * RocksDB was opened
	 */
	@Nullable DurableState durable() {
		return this.durable;
	}

	/**
	 * Notes what is safe. Of two concurrent syncs, the one that ends later may cover
	 * less, and is then ignored.
	 * @param state the state
	 */
	synchronized void noteDurable(DurableState state) {
		DurableState known = this.durable;
		if (known == null || known.writes() <= state.writes()) {
			this.durable = state;
		}
	}

	/**
	 * Forgets what is safe, because RocksDB is closed.
	 */
	void forget() {
		this.durable = null;
	}

}

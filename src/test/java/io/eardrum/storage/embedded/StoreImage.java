package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;

/**
 * A store in a given directory, opened as a start of the server opens it, for those who
 * look what a power failure has left.
 */
public final class StoreImage implements AutoCloseable {

	private static final long HEAD_BYTES = 8 << 20;

	private final RocksDbMetricRepository repository;

	private StoreImage(RocksDbMetricRepository repository) {
		this.repository = repository;
	}

	/**
	 * Opens a store.
	 * @param directory its directory
	 * @param recoverTail whether to drop a damaged end of the log
	 * @return the store
	 * @throws StorageException if it is refused
	 */
	public static StoreImage open(Path directory, boolean recoverTail) {
		return new StoreImage(new RocksDbMetricRepository(EmbeddedStorageSettings.of(directory)
			.withHeadBytes(HEAD_BYTES)
			.withRecover(recoverTail ? RecoverMode.TAIL : RecoverMode.STRICT), Clock.systemUTC()));
	}

	/**
	 * Returns whether the message to an operator says that the damage can be dropped.
	 * @param refusal what was thrown instead of opening the store
	 * @return whether it names {@code eardrum.storage.recover=tail}
	 */
	public static boolean isTailRecoverable(StorageException refusal) {
		return refusal instanceof StoreOpenException ex && ex.action().contains("eardrum.storage.recover=tail");
	}

	/**
	 * Returns the store.
	 * @return the store, open until this is closed
	 */
	public DurableMetricRepository repository() {
		return this.repository;
	}

	/**
	 * Writes what is in memory into chunks.
	 */
	public void checkpoint() {
		this.repository.checkpoint();
	}

	@Override
	public void close() {
		this.repository.close();
	}

}

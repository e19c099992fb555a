package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.embedded.directory.RecoverMode;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.fixture.PowerCut;
import io.eardrum.storage.embedded.fixture.RecordFiles;
import io.eardrum.storage.embedded.rocksdb.NativeLibrary;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;
import io.eardrum.storage.time.Retention;

/**
 * A store on disk for tests of other packages that damage its files: it has so little
 * memory that RocksDB makes many files of few points. What is wrong with it is thrown as
 * the repository throws it; {@link #message} says what an operator is told.
 * <p>
 * Safe for any number of threads once it is open.
 */
public final class DamagedStore implements AutoCloseable {

	private static final long HEAD_BYTES = 4L << 20;

	/** RocksDB begins a file once its buffers, half of this, are allocated. */
	private static final long NATIVE_BYTES = 4L << 20;

	private final PowerCut syncs;

	private final RocksDbMetricRepository repository;

	/**
	 * Opens a store, or makes a new one.
	 * @param directory its directory
	 * @param fsync the value of {@code eardrum.storage.fsync}
	 * @param recoverTail whether {@code eardrum.storage.recover} is {@code tail}
	 */
	public DamagedStore(Path directory, String fsync, boolean recoverTail) {
		// A listener can't be made before it.
		NativeLibrary.load(directory);
		this.syncs = new PowerCut();
		try {
			this.repository = new RocksDbMetricRepository(new EmbeddedStorageSettings(directory,
					Fsync.valueOf(fsync.toUpperCase(Locale.ROOT)), HEAD_BYTES, NATIVE_BYTES, 0,
					EmbeddedStorageSettings.DEFAULT_CHECKPOINT_INTERVAL, Retention.FOREVER, Integer.MAX_VALUE, false,
					recoverTail ? RecoverMode.TAIL : RecoverMode.STRICT, Duration.ZERO), Clock.systemUTC(),
					List.of(this.syncs));
		}
		catch (RuntimeException | Error ex) {
			this.syncs.close();
			throw ex;
		}
	}

	/**
	 * Returns the store.
	 * @return the store, open until this is closed
	 */
	public DurableMetricRepository repository() {
		return this.repository;
	}

	/**
	 * Writes all points into chunks.
	 */
	public void checkpoint() {
		this.repository.checkpoint();
	}

	/**
	 * Returns how much of a file RocksDB has had the disk keep since the store was
	 * opened.
	 * @param file a file of the store
	 * @return the number of bytes
	 */
	public long syncedBytes(Path file) {
		return this.syncs.kept(file);
	}

	/**
	 * Returns what an operator is told when a store can't be opened or read.
	 * @param failure what was thrown
	 * @return the problem and what to do, or the class and message of an exception that
	 * is not meant for operators
	 */
	public static String message(Throwable failure) {
		return (failure instanceof StoreOpenException open) ? open.getMessage() + " " + open.action()
				: String.valueOf(failure);
	}

	/**
	 * Returns whether all records of a file of the write-ahead log can be read.
	 * @param file the file
	 * @return whether the server would find no damage in it
	 * @throws IOException if it can't be read
	 */
	public static boolean isWholeLog(Path file) throws IOException {
		return RecordFiles.isWhole(file);
	}

	@Override
	public void close() {
		this.repository.close();
		this.syncs.close();
	}

}

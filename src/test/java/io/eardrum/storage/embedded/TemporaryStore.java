package io.eardrum.storage.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

import org.springframework.util.FileSystemUtils;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

/**
 * A store on disk for measurements, without fsync: the disk is not what they measure. It
 * is deleted when it is closed. Safe for any number of threads, but for
 * {@link #moveToChunks()}.
 */
public final class TemporaryStore implements AutoCloseable {

	private static final long HEAD_BYTES = 256L << 20;

	private final Path directory;

	private RocksDbMetricRepository repository;

	/**
	 * Opens a new store in a temporary directory.
	 */
	public TemporaryStore() {
		try {
			this.directory = Files.createTempDirectory("eardrum-store");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.repository = open();
	}

	private RocksDbMetricRepository open() {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(this.directory).withFsync(Fsync.NEVER).withHeadBytes(HEAD_BYTES),
				Clock.systemUTC());
	}

	/**
	 * Writes all points into chunks, and opens the store again: the chunks are in files
	 * then, and no longer in RocksDB's write buffer. What {@link #repository()} has
	 * returned before is closed.
	 */
	public void moveToChunks() {
		this.repository.checkpoint();
		this.repository.close();
		this.repository = open();
		if (this.repository.statistics().headBytes() > 0) {
			throw new IllegalStateException("some points are not in chunks");
		}
	}

	/**
	 * Returns the store.
	 * @return the store, open until this is closed or moved to chunks
	 */
	public DurableMetricRepository repository() {
		return this.repository;
	}

	@Override
	public void close() throws IOException {
		this.repository.close();
		FileSystemUtils.deleteRecursively(this.directory);
	}

}

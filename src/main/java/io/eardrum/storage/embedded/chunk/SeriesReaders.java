package io.eardrum.storage.embedded.chunk;

import java.util.function.LongSupplier;

import io.eardrum.budget.ObjectPool;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Lends readers to the threads that read, and keeps some for their next use.
 * <p>
 * Safe for any number of threads. The caller has entered the {@link UseGuard}, and closes
 * the reader before it leaves.
 */
public final class SeriesReaders {

	/** As many as may read at once on a large machine; each keeps 180 KiB at most. */
	private static final int MAX_KEPT = 32;

	private final Database database;

	private final Heads heads;

	private final UseGuard guard;

	private final SnapshotMemoryLimit snapshotMemoryLimit;

	private final LongSupplier nowSeconds;

	private final OpenReads reads;

	private final ObjectPool<ChunkedSeriesReader> idle = new ObjectPool<>(MAX_KEPT, () -> create(true));

	/**
	 * Creates a pool without readers.
	 * @param database holds the chunks
	 * @param heads the points in memory
	 * @param guard the guard that threads enter before they read
	 * @param snapshotMemoryLimit limits how much all readers copy from memory
	 * @param nowSeconds returns the time that retention goes by, in seconds since 1970
	 * @param reads tracks which chunks are kept
	 */
	public SeriesReaders(Database database, Heads heads, UseGuard guard, SnapshotMemoryLimit snapshotMemoryLimit,
			LongSupplier nowSeconds, OpenReads reads) {
		this.database = database;
		this.heads = heads;
		this.guard = guard;
		this.snapshotMemoryLimit = snapshotMemoryLimit;
		this.nowSeconds = nowSeconds;
		this.reads = reads;
	}

	/**
	 * Lends a reader of a few series, whose chunks RocksDB keeps in its cache.
	 * @param generation the generation in which the thread has entered the guard
	 * @return the reader, to be closed
	 */
	public ChunkedSeriesReader take(int generation) {
		return this.idle.take().begin(generation);
	}

	/**
	 * Creates a reader of everything there is, whose chunks RocksDB does not keep in its
	 * cache.
	 * @param generation the generation in which the thread has entered the guard
	 * @return the reader, to be closed
	 */
	public ChunkedSeriesReader forAll(int generation) {
		return create(false).begin(generation);
	}

	private ChunkedSeriesReader create(boolean cached) {
		return new ChunkedSeriesReader(this.database, this.heads, this.guard, this.snapshotMemoryLimit, this.nowSeconds,
				cached, this.reads, cached ? this::giveBack : (reader) -> {
				});
	}

	private void giveBack(ChunkedSeriesReader reader) {
		reader.shrink();
		this.idle.giveBack(reader);
	}

}

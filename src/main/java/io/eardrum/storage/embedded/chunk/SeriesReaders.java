package io.eardrum.storage.embedded.chunk;

import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.ObjectPool;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;

/**
 * Lends readers to the threads that read, and keeps some for their next use, and the
 * newest points of what they read.
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

	private final Clock clock;

	private final OpenReads reads;

	private final TailCache tails = new TailCache(HeapBudget.keptBytes());

	private final ObjectPool<ChunkedSeriesReader> idle = new ObjectPool<>(MAX_KEPT,
			() -> create(this.tails, this::giveBack));

	private final ObjectPool<LastPointReader> idleLast = new ObjectPool<>(MAX_KEPT, this::createLast);

	/**
	 * Creates a pool without readers.
	 * @param database holds the chunks
	 * @param heads the points in memory
	 * @param guard the guard that threads enter before they read
	 * @param snapshotMemoryLimit limits how much all readers copy from memory
	 * @param nowSeconds returns the time that retention goes by, in seconds since 1970
	 * @param clock decides which points are in the future
	 * @param reads tracks which chunks are kept
	 */
	public SeriesReaders(Database database, Heads heads, UseGuard guard, SnapshotMemoryLimit snapshotMemoryLimit,
			LongSupplier nowSeconds, Clock clock, OpenReads reads) {
		this.database = database;
		this.heads = heads;
		this.guard = guard;
		this.snapshotMemoryLimit = snapshotMemoryLimit;
		this.nowSeconds = nowSeconds;
		this.clock = clock;
		this.reads = reads;
	}

	/**
	 * Lends a reader of a few series, whose chunks RocksDB keeps in its cache, and whose
	 * newest points stay in the {@link TailCache}.
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
		return create(null, (closed) -> {
		}).begin(generation);
	}

	private ChunkedSeriesReader create(@Nullable TailCache cache, Consumer<ChunkedSeriesReader> whenClosed) {
		return new ChunkedSeriesReader(this.database, this.heads, this.guard, this.snapshotMemoryLimit, this.nowSeconds,
				cache, this.reads, whenClosed);
	}

	private void giveBack(ChunkedSeriesReader reader) {
		reader.shrink();
		this.idle.giveBack(reader);
	}

	/**
	 * Lends a reader of the last points of series.
	 * @param many whether it reads so many series that nothing of them should stay in the
	 * {@link TailCache}
	 * @return the reader, to be closed
	 */
	public LastPointReader takeLast(boolean many) {
		return this.idleLast.take().begin(!many);
	}

	private LastPointReader createLast() {
		return new LastPointReader(this.database, this.heads, this.nowSeconds, this.clock, this.tails, this.reads,
				this::giveBack);
	}

	private void giveBack(LastPointReader reader) {
		reader.shrink();
		this.idleLast.giveBack(reader);
	}

}

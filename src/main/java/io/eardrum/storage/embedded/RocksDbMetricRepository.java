package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageLimits;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.embedded.chunk.ChunkedSeriesReader;
import io.eardrum.storage.embedded.chunk.LastPointReader;
import io.eardrum.storage.embedded.chunk.SeriesReaders;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.HeadMemoryLimit;
import io.eardrum.storage.embedded.log.IdleWrites;
import io.eardrum.storage.embedded.log.PendingWrite;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.CheckpointScheduler;
import io.eardrum.storage.embedded.upkeep.ChunkCompaction;
import io.eardrum.storage.embedded.upkeep.LogSyncer;
import io.eardrum.storage.embedded.upkeep.RetentionClock;
import io.eardrum.storage.embedded.upkeep.Scrub;
import io.eardrum.storage.embedded.upkeep.StoreMonitor;
import io.eardrum.storage.series.SeriesIndex;
import io.eardrum.storage.series.SeriesWalk;

/**
 * Stores points on disk. A batch is in the log when its put returns, and the next
 * checkpoint moves its points from memory into compressed chunks.
 * <p>
 * All methods may be called by any number of threads at once. Five threads of the
 * {@link StoreEngine} make checkpoints ({@link CheckpointScheduler}), free the space of
 * removed points ({@link ChunkCompaction}), watch the disk ({@link StoreMonitor}), sync
 * the log ({@link LogSyncer}) and search for damage ({@link Scrub}).
 * <p>
 * A failed write throws a {@link StorageException}, and so does every put after it until
 * the disk can be written again. Reads continue meanwhile. Only damage to the data on the
 * disk requires an operator, who has to restart the server from a backup.
 */
final class RocksDbMetricRepository implements DurableMetricRepository, AutoCloseable {

	private final StoreEngine engine;

	private final EmbeddedStorageSettings settings;

	private final SeriesIndex<Series> index;

	private final Heads heads;

	private final UseGuard guard;

	private final WriteAvailability availability;

	private final IdleWrites idleWrites = new IdleWrites(HeapBudget.keptBytes());

	private final Database database;

	private final RetentionClock retentionClock;

	private final Committer committer;

	private final HeadMemoryLimit headMemoryLimit;

	private final SeriesReaders seriesReaders;

	private final Deletions deletions;

	/**
	 * Opens a store. The time this takes grows with the length of its log.
	 * @param settings the settings of the store
	 * @param clock the clock that retention goes by
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock) {
		this(settings, clock, HeapBudget.unlimited());
	}

	/**
	 * Opens a store. The time this takes grows with the length of its log.
	 * @param settings the settings of the store
	 * @param clock the clock that retention goes by
	 * @param budget the budget of the heap
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, HeapBudget budget) {
		this(settings, clock, System::nanoTime, List.of(), budget);
	}

	/**
	 * Opens a store. The time this takes grows with the length of its log.
	 * @param settings the settings of the store
	 * @param clock the clock that retention goes by
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, List<AbstractEventListener> listeners) {
		this(settings, clock, System::nanoTime, listeners, HeapBudget.unlimited());
	}

	/**
	 * Opens a store. The time this takes grows with the length of its log.
	 * @param settings the settings of the store
	 * @param clock the clock that retention goes by
	 * @param nanos measures the time for which the store is open, in nanoseconds
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, LongSupplier nanos,
			List<AbstractEventListener> listeners) {
		this(settings, clock, nanos, listeners, HeapBudget.unlimited());
	}

	private RocksDbMetricRepository(EmbeddedStorageSettings wanted, Clock clock, LongSupplier nanos,
			List<AbstractEventListener> listeners, HeapBudget budget) {
		this.engine = new StoreEngine(wanted, clock, nanos, listeners, budget);
		this.settings = this.engine.settings();
		this.index = this.engine.index();
		this.heads = this.engine.heads();
		this.guard = this.engine.guard();
		this.availability = this.engine.availability();
		this.database = this.engine.database();
		this.retentionClock = this.engine.retentionClock();
		this.committer = this.engine.committer();
		this.headMemoryLimit = this.engine.headMemoryLimit();
		this.seriesReaders = new SeriesReaders(this.database, this.heads, this.guard, this.engine.snapshotMemoryLimit(),
				this.retentionClock::seconds, clock, this.engine.openReads());
		this.deletions = new Deletions(this.engine, () -> this.seriesReaders.takeLast(true));
	}

	@Override
	public void put(PointBatch batch) {
		if (batch.refusedCount() == batch.size()) {
			return;
		}
		this.availability.ensureWritable();
		PendingWrite write = this.idleWrites.take();
		try {
			write.fill(batch, this.index, this.settings.maxSeries(), this.settings.retention());
			if (batch.refusedCount() < batch.size()) {
				commit(write);
			}
		}
		finally {
			write.clear();
			this.idleWrites.giveBack(write);
		}
	}

	private void commit(PendingWrite write) {
		// Reserves outside the guard, because this may have to wait for a checkpoint.
		long reserved = this.headMemoryLimit.reserve(write);
		try {
			int generation = this.guard.enter();
			try {
				this.committer.commit(write);
			}
			finally {
				this.guard.leave(generation);
			}
		}
		finally {
			this.headMemoryLimit.settle(reserved, write.grown());
		}
	}

	@Override
	public void delete(List<SeriesKey> keys, TimeRange range) {
		this.availability.ensureWritable();
		this.deletions.delete(keys, range);
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		int generation = this.guard.enter();
		try {
			Series series = this.index.find(key);
			if (series != null) {
				try (ChunkedSeriesReader reader = this.seriesReaders.take(generation)) {
					reader.read(series, range, sink);
				}
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		int generation = this.guard.enter();
		try (ChunkedSeriesReader reader = this.seriesReaders.forAll(generation);
				SeriesWalk<Series> all = select(KeySelection.ALL)) {
			for (Series series = all.next(); series != null; series = all.next()) {
				reader.read(series, range, sink);
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		forEachKey(KeySelection.ALL, consumer);
	}

	@Override
	public void forEachKey(KeySelection selection, Consumer<SeriesKey> consumer) {
		try (SeriesWalk<Series> selected = select(selection)) {
			for (Series series = selected.next(); series != null; series = selected.next()) {
				consumer.accept(series.key());
			}
		}
	}

	@Override
	public @Nullable Point last(SeriesKey key) {
		int generation = this.guard.enter();
		try {
			Series series = this.index.find(key);
			if (series == null) {
				return null;
			}
			try (LastPointReader reader = this.seriesReaders.takeLast(false)) {
				return reader.last(series);
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		forEachLast(KeySelection.ALL, wanted, consumer);
	}

	@Override
	public void forEachLast(KeySelection selection, Predicate<SeriesKey> wanted, LastPointConsumer consumer)
			throws IOException {
		int generation = this.guard.enter();
		try (LastPointReader reader = this.seriesReaders.takeLast(true);
				SeriesWalk<Series> selected = select(selection)) {
			for (Series series = selected.next(); series != null; series = selected.next()) {
				if (wanted.test(series.key())) {
					this.guard.ensureMayStay(generation);
					reader.pass(series, consumer);
				}
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	private SeriesWalk<Series> select(KeySelection selection) {
		return this.index.select(selection, this.committer.storedSeries());
	}

	@Override
	public long seriesCount() {
		return this.engine.seriesCount();
	}

	@Override
	public void backup(Path target) {
		int generation = this.guard.enter();
		try {
			// The disk may lack acknowledged points until the store has healed.
			this.availability.ensureNoWriteFailed();
			this.engine.backups().make(target);
		}
		finally {
			this.guard.leave(generation);
		}
	}

	/**
	 * Writes the points in memory into chunks now. What fails is left to the next
	 * attempt.
	 */
	void checkpoint() {
		this.engine.checkpointScheduler().checkpointNow();
	}

	/**
	 * Removes now the points that are older than they are kept. Their space is freed
	 * afterwards.
	 */
	void sweep() {
		this.engine.checkpointScheduler().sweepNow();
	}

	/**
	 * Frees the space of removed and replaced points now.
	 */
	void compact() {
		this.database.compactChunks();
	}

	/**
	 * Reads all tables now to find damage.
	 */
	void scrub() {
		this.engine.scrub().scrub();
	}

	/**
	 * Returns how long it takes until tables are read again in the background.
	 * @return the time
	 */
	Duration untilScrub() {
		return this.engine.scrub().untilDue();
	}

	/**
	 * Returns how much space the chunks take now.
	 * @return the number of bytes
	 */
	long chunkBytesNow() {
		return this.engine.chunkBytesNow();
	}

	@Override
	public SeriesAhead seriesAhead() {
		return this.engine.seriesAhead();
	}

	@Override
	public StorageStatistics statistics() {
		return this.engine.statistics();
	}

	@Override
	public StorageLimits limits() {
		return new StorageLimits(this.settings.headBytes(), this.settings.minFreeBytes(), this.settings.maxSeries(),
				this.settings.checkpointInterval(), this.settings.scrubInterval());
	}

	@Override
	public StorageStatus status() {
		return this.engine.status();
	}

	/**
	 * Closes the store once no thread puts or reads any more. If one of them does not
	 * leave, RocksDB is left open. Points that were put are safe nevertheless, and the
	 * next start notes that the store was not closed.
	 */
	@Override
	public void close() {
		this.engine.close();
	}

}

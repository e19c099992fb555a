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
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageLimits;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.embedded.chunk.ChunkedSeriesReader;
import io.eardrum.storage.embedded.chunk.LastPointReader;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
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

/**
 * Keeps points on disk: a batch is in the log when its put returns, and its points get
 * from memory into compressed chunks with the next checkpoint.
 * <p>
 * All methods may be called by any number of threads at once. Five threads of the
 * {@link StoreEngine} make checkpoints ({@link CheckpointScheduler}), give space back
 * ({@link ChunkCompaction}), look after the disk ({@link StoreMonitor}), sync what was
 * written ({@link LogSyncer}) and look for damage ({@link Scrub}).
 * <p>
 * A failed write is answered with a {@link StorageException}, and so is every put after
 * it, until the disk can be written again; reads go on. Only damage to what is on the
 * disk needs somebody to restart the server, on a backup.
 */
final class RocksDbMetricRepository implements DurableMetricRepository, AutoCloseable {

	private final StoreEngine engine;

	private final EmbeddedStorageSettings settings;

	private final Clock clock;

	private final SeriesIndex<Series> index;

	private final Heads heads;

	private final UseGuard guard;

	private final WriteAvailability availability;

	private final IdleWrites idleWrites = new IdleWrites(HeapBudget.keptBytes());

	private final Database database;

	private final RetentionClock retentionClock;

	private final Committer committer;

	private final HeadMemoryLimit headMemoryLimit;

	private final SnapshotMemoryLimit snapshotMemoryLimit;

	private final OpenReads openReads;

	/**
	 * Opens a store, which takes as long as its log is.
	 * @param settings how it is to work
	 * @param clock tells the time, for what is older than it is kept
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock) {
		this(settings, clock, HeapBudget.unlimited());
	}

	/**
	 * Opens a store, which takes as long as its log is.
	 * @param settings how it is to work
	 * @param clock tells the time, for what is older than it is kept
	 * @param budget the account of the heap
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, HeapBudget budget) {
		this(settings, clock, System::nanoTime, List.of(), budget);
	}

	/**
	 * Opens a store, which takes as long as its log is.
	 * @param settings how it is to work
	 * @param clock tells the time, for what is older than it is kept
	 * @param listeners are told what RocksDB does with its files, in its own threads
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, List<AbstractEventListener> listeners) {
		this(settings, clock, System::nanoTime, listeners, HeapBudget.unlimited());
	}

	/**
	 * Opens a store, which takes as long as its log is.
	 * @param settings how it is to work
	 * @param clock tells the time, for what is older than it is kept
	 * @param nanos tells how much time passes while the store is open, in nanoseconds
	 * @param listeners are told what RocksDB does with its files, in its own threads
	 */
	RocksDbMetricRepository(EmbeddedStorageSettings settings, Clock clock, LongSupplier nanos,
			List<AbstractEventListener> listeners) {
		this(settings, clock, nanos, listeners, HeapBudget.unlimited());
	}

	private RocksDbMetricRepository(EmbeddedStorageSettings wanted, Clock clock, LongSupplier nanos,
			List<AbstractEventListener> listeners, HeapBudget budget) {
		this.engine = new StoreEngine(wanted, clock, nanos, listeners, budget);
		this.settings = this.engine.settings();
		this.clock = clock;
		this.index = this.engine.index();
		this.heads = this.engine.heads();
		this.guard = this.engine.guard();
		this.availability = this.engine.availability();
		this.database = this.engine.database();
		this.retentionClock = this.engine.retentionClock();
		this.committer = this.engine.committer();
		this.headMemoryLimit = this.engine.headMemoryLimit();
		this.snapshotMemoryLimit = this.engine.snapshotMemoryLimit();
		this.openReads = this.engine.openReads();
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
		// Nobody waits inside the gate for what may take a checkpoint.
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
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		int generation = this.guard.enter();
		try {
			Series series = this.index.find(key);
			if (series != null) {
				try (ChunkedSeriesReader reader = reader(generation, true)) {
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
		try (ChunkedSeriesReader reader = reader(generation, false)) {
			int count = this.committer.storedSeries();
			for (int number = 0; number < count; number++) {
				reader.read(this.index.get(number), range, sink);
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	private ChunkedSeriesReader reader(int generation, boolean cached) {
		return new ChunkedSeriesReader(this.database, this.heads, this.guard, generation, this.snapshotMemoryLimit,
				this.retentionClock::seconds, cached, this.openReads);
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		int count = this.committer.storedSeries();
		for (int number = 0; number < count; number++) {
			consumer.accept(this.index.get(number).key());
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
			try (LastPointReader reader = lastPointReader()) {
				return reader.last(series);
			}
		}
		finally {
			this.guard.leave(generation);
		}
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		int generation = this.guard.enter();
		try (LastPointReader reader = lastPointReader()) {
			int count = this.committer.storedSeries();
			for (int number = 0; number < count; number++) {
				Series series = this.index.get(number);
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

	private LastPointReader lastPointReader() {
		return new LastPointReader(this.database, this.heads, this.retentionClock::seconds, this.clock, this.openReads);
	}

	@Override
	public long seriesCount() {
		return this.engine.seriesCount();
	}

	@Override
	public void backup(Path target) {
		int generation = this.guard.enter();
		try {
			// The disk may lack points that were acknowledged, until the store has
			// healed.
			this.availability.ensureNoWriteFailed();
			this.engine.backups().make(target);
		}
		finally {
			this.guard.leave(generation);
		}
	}

	/**
	 * Writes what is in memory into chunks now. What fails is left to the next try.
	 */
	void checkpoint() {
		this.engine.checkpointScheduler().checkpointNow();
	}

	/**
	 * Removes now what is older than it is kept; its space is given back afterwards.
	 */
	void sweep() {
		this.engine.checkpointScheduler().sweepNow();
	}

	/**
	 * Gives the space of removed and replaced points back now.
	 */
	void compact() {
		this.database.compactChunks();
	}

	/**
	 * Reads all tables now, to find damage.
	 */
	void scrub() {
		this.engine.scrub().scrub();
	}

	/**
	 * Returns how long it is until tables are read again in the background.
	 * @return that time
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
	 * Closes the store, once those have left who are putting and reading. If one of them
	 * doesn't, RocksDB is left open: what was put is safe, and the next start notes that
	 * the store was not closed.
	 */
	@Override
	public void close() {
		this.engine.close();
	}

}

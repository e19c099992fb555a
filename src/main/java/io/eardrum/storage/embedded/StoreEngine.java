package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

import org.rocksdb.AbstractEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotMemoryLimit;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.HeadMemoryLimit;
import io.eardrum.storage.embedded.log.StoreCounters;
import io.eardrum.storage.embedded.log.WriteAvailability;
import io.eardrum.storage.embedded.recovery.LogReplay;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.UseGuard;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.AheadSeriesWalk;
import io.eardrum.storage.embedded.upkeep.Backups;
import io.eardrum.storage.embedded.upkeep.CheckpointScheduler;
import io.eardrum.storage.embedded.upkeep.Checkpointer;
import io.eardrum.storage.embedded.upkeep.ChunkCompaction;
import io.eardrum.storage.embedded.upkeep.LogSyncer;
import io.eardrum.storage.embedded.upkeep.RetentionClock;
import io.eardrum.storage.embedded.upkeep.RetentionSweeper;
import io.eardrum.storage.embedded.upkeep.Scrub;
import io.eardrum.storage.embedded.upkeep.StoreMonitor;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Assembles the parts of a store when it is opened, and runs its threads, which end when
 * it is closed.
 * <p>
 * Safe for any number of threads once it has been created.
 */
final class StoreEngine implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(StoreEngine.class);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

	/**
	 * The maximum number of points of one series that a read may have to sort, however
	 * much memory there is.
	 */
	private static final int MAX_SERIES_POINTS = 1 << 21;

	/** How many damaged files are named at most. An operator does not need more. */
	private static final int MAX_NAMED_FILES = 20;

	private final EmbeddedStorageSettings settings;

	private final SeriesIndex<Series> index;

	private final Heads heads = new Heads(this::dropped);

	private final UseGuard guard = new UseGuard();

	private final WriteAvailability availability = new WriteAvailability();

	private final StoreCounters counters = new StoreCounters();

	private final StoreOpener store;

	private final Database database;

	private final RetentionClock retentionClock;

	private final Committer committer;

	private final Checkpointer checkpointer;

	private final ChunkCompaction compaction;

	private final RetentionSweeper sweeper;

	private final AheadSeriesWalk aheadSeries;

	private final Backups backups;

	private final HeadMemoryLimit headMemoryLimit;

	private final SnapshotMemoryLimit snapshotMemoryLimit;

	private final OpenReads openReads;

	private final CheckpointScheduler checkpointScheduler;

	private final LogSyncer syncer;

	private final StoreMonitor storeMonitor;

	private final Scrub scrub;

	private boolean closed;

	/**
	 * Opens a store. The time this takes grows with the length of its log.
	 * @param wanted the settings of the store
	 * @param clock the clock that retention goes by
	 * @param nanos measures the time for which the store is open, in nanoseconds
	 * @param listeners are notified, in RocksDB's own threads, of what it does with its
	 * files
	 * @param budget the budget of the heap
	 */
	StoreEngine(EmbeddedStorageSettings wanted, Clock clock, LongSupplier nanos, List<AbstractEventListener> listeners,
			HeapBudget budget) {
		HeapShare points = budget.share(HeapUse.POINTS);
		EmbeddedStorageSettings settings = wanted.withHeadBytes(Math.min(wanted.headBytes(), points.maxBytes()));
		this.settings = settings;
		this.index = new SeriesIndex<>(budget.share(HeapUse.SERIES), Long.MAX_VALUE, Series.OBJECT_BYTES, 1);
		this.store = new StoreOpener(settings, listeners);
		this.database = this.store.database();
		this.backups = new Backups(this.store, this::everStored, settings.minFreeBytes());
		try {
			this.openReads = new OpenReads(nanos);
			this.snapshotMemoryLimit = new SnapshotMemoryLimit(budget, SnapshotMemoryLimit.PATIENCE);
			this.headMemoryLimit = new HeadMemoryLimit(this.heads, points, settings.headBytes(),
					this.snapshotMemoryLimit.seriesPoints(MAX_SERIES_POINTS), this.availability, this.guard,
					this.counters, this::full);
			this.committer = new Committer(this.database, this.index, this.heads, this.availability, this.counters,
					settings.fsync(), this::grown);
			this.compaction = new ChunkCompaction(this.database, this.availability, this.guard,
					settings.minFreeBytes());
			this.checkpointer = new Checkpointer(this.database, this.index, this.heads, this.committer, this.counters,
					clock, this.guard, this.compaction, budget);
			this.retentionClock = new RetentionClock(this.database, clock, nanos, settings.retention().isLimited());
			this.sweeper = new RetentionSweeper(this.database, this.index, this.committer, this.checkpointer,
					this.compaction, this.retentionClock, this.guard);
			this.aheadSeries = new AheadSeriesWalk(this.database, this.index, clock, System::nanoTime, this.guard);
			this.checkpointScheduler = new CheckpointScheduler(this.heads, this.checkpointer, this.sweeper,
					this.retentionClock, this.aheadSeries, this.availability, this.guard, this.headMemoryLimit,
					this.counters, settings);
			this.syncer = new LogSyncer(this.store, this.committer, this.availability, this.guard, settings.fsync());
			this.storeMonitor = new StoreMonitor(this.store, this.committer, this.checkpointScheduler, this.backups,
					this.availability, this.guard, this.counters, this.openReads, settings);
			this.scrub = new Scrub(this.database, this.availability, this.guard, settings.scrubInterval(), clock);
			LogReplay recovery = new LogReplay(this.database, this.index, this.heads, this.headMemoryLimit,
					this.checkpointer::checkpointDuringRecovery, settings, !this.store.isReadOnly(), budget);
			this.committer.start(recovery.recover());
			this.counters.logged(recovery.logBytes());
			this.checkpointer.start();
			this.scrub.start();
			accept();
			this.retentionClock.start(this.index.size() == 0, settings.acceptJump(), !this.store.isReadOnly());
			this.storeMonitor.checkSpace();
		}
		catch (CorruptStoreException ex) {
			this.store.close();
			throw this.store.refusal(ex);
		}
		catch (RuntimeException | Error ex) {
			this.store.close();
			throw ex;
		}
		start(this.checkpointScheduler, "eardrum-checkpoint");
		start(this.compaction, "eardrum-compaction");
		start(this.storeMonitor, "eardrum-storage-watch");
		start(this.syncer, "eardrum-storage-sync");
		if (this.scrub.isWanted()) {
			start(this.scrub, "eardrum-scrub");
		}
	}

	private void accept() {
		if (this.index.nextNumber() < this.store.expectedSeries()) {
			throw new CorruptStoreException(
					"it had " + this.store.expectedSeries() + " series, and has " + this.index.nextNumber());
		}
		this.store.accept();
		if (this.store.isReadOnly()) {
			String problem = "The disk of " + this.database.path()
					+ " is too full to open the store for writing; it is opened for reading";
			logger.error("{}, and points are taken once there is space", problem);
			this.availability.writeFailed(problem);
		}
	}

	private void grown() {
		this.heads.growBy(this.headMemoryLimit.look());
		this.checkpointScheduler.requestIfDue();
		this.storeMonitor.written();
	}

	private void full() {
		this.checkpointScheduler.request();
	}

	private void dropped(long bytes) {
		this.headMemoryLimit.release(bytes);
	}

	private static void start(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	long seriesCount() {
		return this.committer.seriesCount();
	}

	// Counts removed series, too.
	private long everStored() {
		return this.committer.storedSeries();
	}

	SeriesAhead seriesAhead() {
		return this.aheadSeries.found();
	}

	/**
	 * Measures how much space the chunks take now.
	 * @return the number of bytes
	 */
	long chunkBytesNow() {
		this.syncer.sync();
		this.storeMonitor.look();
		return this.storeMonitor.chunkBytes();
	}

	EmbeddedStorageSettings settings() {
		return this.settings;
	}

	SeriesIndex<Series> index() {
		return this.index;
	}

	Heads heads() {
		return this.heads;
	}

	UseGuard guard() {
		return this.guard;
	}

	WriteAvailability availability() {
		return this.availability;
	}

	Database database() {
		return this.database;
	}

	RetentionClock retentionClock() {
		return this.retentionClock;
	}

	Committer committer() {
		return this.committer;
	}

	HeadMemoryLimit headMemoryLimit() {
		return this.headMemoryLimit;
	}

	SnapshotMemoryLimit snapshotMemoryLimit() {
		return this.snapshotMemoryLimit;
	}

	OpenReads openReads() {
		return this.openReads;
	}

	Backups backups() {
		return this.backups;
	}

	CheckpointScheduler checkpointScheduler() {
		return this.checkpointScheduler;
	}

	Scrub scrub() {
		return this.scrub;
	}

	StorageStatistics statistics() {
		return new StorageStatistics(this.counters.fsyncs(), this.counters.fsyncNanos(), this.counters.checkpoints(),
				this.counters.checkpointNanos(), this.counters.lastCheckpointMillis(), this.counters.logBytes(),
				this.heads.bytes(), seriesCount(), this.checkpointer.storedPoints(), this.storeMonitor.chunkBytes(),
				this.counters.waitingWriters(), this.store.uncleanStarts(), this.storeMonitor.freeBytes(),
				this.committer.unsyncedNanos(), this.retentionClock.jumpSeconds(), this.scrub.lastSuccessMillis(),
				this.scrub.damaged().size());
	}

	StorageStatus status() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("path", this.database.path().toString());
		details.put("fsync", this.settings.fsync().name().toLowerCase(Locale.ROOT));
		details.put("freeBytes", this.storeMonitor.freeBytes());
		long checkpoint = this.counters.lastCheckpointMillis();
		details.put("lastCheckpoint", (checkpoint != 0) ? Instant.ofEpochMilli(checkpoint).toString() : "none yet");
		details.put("uncleanStarts", this.store.uncleanStarts());
		List<Path> damaged = this.scrub.damaged();
		if (!damaged.isEmpty()) {
			details.put("damagedFiles", damaged.stream().limit(MAX_NAMED_FILES).map(Path::toString).toList());
		}
		String healing = this.storeMonitor.healing();
		if (healing != null) {
			details.put("healing", healing);
		}
		String held = this.retentionClock.held();
		if (held != null) {
			details.put("retentionHeld", held);
		}
		String problem = this.guard.isClosed() ? "the store is closed" : this.availability.problem();
		return new StorageStatus("embedded", problem == null, problem, details);
	}

	/**
	 * Closes the store once no thread puts or reads any more. If one of them does not
	 * leave, RocksDB is left open. Points that were put are safe nevertheless, and the
	 * next start notes that the store was not closed.
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		if (this.guard.close()) {
			// Ends a compaction at once, which may otherwise take minutes.
			this.database.stopBackgroundWork();
		}
		this.headMemoryLimit.changed();
		this.checkpointScheduler.request();
		this.scrub.stop();
		boolean empty = this.guard.awaitUnused(CLOSE_PATIENCE);
		if (!empty) {
			logger.warn("The store in {} is still in use, so it is not closed", this.database.path());
			return;
		}
		ClosingFacts facts = null;
		try {
			// RocksDB may have been reopened since a write failed, without the points
			// that only memory has.
			this.availability.ensureNoWriteFailed();
			this.retentionClock.save();
			this.database.sync();
			facts = new ClosingFacts(this.database.writes(), everStored());
		}
		catch (RuntimeException ex) {
			logger
				.warn("The store in {} could not be closed properly; unless every put is synced, the last ones may be "
						+ "missing at the next start", this.database.path(), ex);
		}
		if (facts != null) {
			this.store.close(facts);
		}
		else {
			this.store.close();
		}
	}

}

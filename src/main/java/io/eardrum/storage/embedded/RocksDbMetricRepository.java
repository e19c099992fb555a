package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
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
import io.eardrum.storage.embedded.chunk.LastPointReader;
import io.eardrum.storage.embedded.chunk.OpenReads;
import io.eardrum.storage.embedded.chunk.SeriesReader;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.directory.ClosingFacts;
import io.eardrum.storage.embedded.directory.seal.ClosingFacts;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.head.SnapshotRoom;
import io.eardrum.storage.embedded.log.Availability;
import io.eardrum.storage.embedded.log.Committer;
import io.eardrum.storage.embedded.log.HeadRoom;
import io.eardrum.storage.embedded.log.IdleWrites;
import io.eardrum.storage.embedded.log.PendingWrite;
import io.eardrum.storage.embedded.log.StorageMeters;
import io.eardrum.storage.embedded.recovery.Recovery;
import io.eardrum.storage.embedded.recovery.StoreOpener;
import io.eardrum.storage.embedded.rocksdb.Database;
import io.eardrum.storage.embedded.rocksdb.Gate;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.upkeep.AheadSeriesWalk;
import io.eardrum.storage.embedded.upkeep.Backups;
import io.eardrum.storage.embedded.upkeep.Checkpointer;
import io.eardrum.storage.embedded.upkeep.ChunkCompaction;
import io.eardrum.storage.embedded.upkeep.LogSyncer;
import io.eardrum.storage.embedded.upkeep.Maintenance;
import io.eardrum.storage.embedded.upkeep.RetentionClock;
import io.eardrum.storage.embedded.upkeep.RetentionSweeper;
import io.eardrum.storage.embedded.upkeep.Scrub;
import io.eardrum.storage.embedded.upkeep.Watch;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Keeps points on disk: a batch is in the log when its put returns, and its points get
 * from memory into compressed chunks with the next checkpoint.
 * <p>
 * All methods may be called by any number of threads at once. Five threads of its own
 * make checkpoints ({@link Maintenance}), give space back ({@link ChunkCompaction}), look
 * after the disk ({@link Watch}), sync what was written ({@link LogSyncer}) and look for
 * damage ({@link Scrub}).
 * <p>
 * A failed write is answered with a {@link StorageException}, and so is every put after
 * it, until the disk can be written again; reads go on. Only damage to what is on the
 * disk needs somebody to restart the server, on a backup.
 * <p>
 * Long, for here the parts are put together and each method of the port is passed on.
 */
final class RocksDbMetricRepository implements DurableMetricRepository, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RocksDbMetricRepository.class);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

	/** How many points of one series a read may have to sort, if memory is no matter. */
	private static final int MAX_SERIES_POINTS = 1 << 21;

	/** How many damaged files are named; an operator needs no more. */
	private static final int MAX_NAMED_FILES = 20;

	private final EmbeddedStorageSettings settings;

	private final Clock clock;

	private final SeriesIndex<Series> index;

	private final Heads heads = new Heads(this::dropped);

	private final Gate gate = new Gate();

	private final Availability availability = new Availability();

	private final StorageMeters meters = new StorageMeters();

	private final IdleWrites idleWrites = new IdleWrites(HeapBudget.keptBytes());

	private final StoreOpener store;

	private final Database database;

	private final RetentionClock retentionClock;

	private final Committer committer;

	private final Checkpointer checkpointer;

	private final ChunkCompaction compaction;

	private final RetentionSweeper sweeper;

	private final AheadSeriesWalk aheadSeries;

	private final Backups backups;

	private final HeadRoom room;

	private final SnapshotRoom snapshotRoom;

	private final OpenReads openReads;

	private final Maintenance maintenance;

	private final LogSyncer syncer;

	private final Watch watch;

	private final Scrub scrub;

	private boolean closed;

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
		HeapShare points = budget.share(HeapUse.POINTS);
		EmbeddedStorageSettings settings = wanted.withHeadBytes(Math.min(wanted.headBytes(), points.maxBytes()));
		this.settings = settings;
		this.clock = clock;
		this.index = new SeriesIndex<>(budget.share(HeapUse.SERIES), Long.MAX_VALUE, Series.OBJECT_BYTES, 1);
		this.store = new StoreOpener(settings, listeners);
		this.database = this.store.database();
		this.backups = new Backups(this.store, this::seriesCount, settings.minFreeBytes());
		try {
			this.openReads = new OpenReads(nanos);
			this.snapshotRoom = new SnapshotRoom(budget, SnapshotRoom.PATIENCE);
			this.room = new HeadRoom(this.heads, points, settings.headBytes(),
					this.snapshotRoom.seriesPoints(MAX_SERIES_POINTS), this.availability, this.gate, this.meters,
					this::full);
			this.committer = new Committer(this.database, this.index, this.heads, this.availability, this.meters,
					settings.fsync(), this::grown);
			this.checkpointer = new Checkpointer(this.database, this.index, this.heads, this.committer, this.meters,
					clock, this.gate, budget);
			this.compaction = new ChunkCompaction(this.database, this.availability, this.gate, settings.minFreeBytes());
			this.retentionClock = new RetentionClock(this.database, clock, nanos, settings.retention().isLimited());
			this.sweeper = new RetentionSweeper(this.database, this.index, this.checkpointer, this.compaction,
					this.retentionClock, this.gate);
			this.aheadSeries = new AheadSeriesWalk(this.database, this.index, clock, System::nanoTime, this.gate);
			this.maintenance = new Maintenance(this.heads, this.checkpointer, this.sweeper, this.retentionClock,
					this.aheadSeries, this.availability, this.gate, this.room, this.meters, settings);
			this.syncer = new LogSyncer(this.store, this.committer, this.availability, this.gate, settings.fsync());
			this.watch = new Watch(this.store, this.committer, this.maintenance, this.backups, this.availability,
					this.gate, this.meters, this.openReads, settings);
			this.scrub = new Scrub(this.database, this.availability, this.gate, settings.scrubInterval(), clock);
			Recovery recovery = new Recovery(this.database, this.index, this.heads, this.room,
					this.checkpointer::checkpointDuringRecovery, settings, !this.store.isReadOnly(), budget);
			this.committer.start(recovery.recover());
			this.meters.logged(recovery.logBytes());
			this.checkpointer.start();
			this.scrub.start();
			accept();
			this.retentionClock.start(this.index.size() == 0, settings.acceptJump(), !this.store.isReadOnly());
			this.watch.checkSpace();
		}
		catch (CorruptStoreException ex) {
			this.store.close();
			throw this.store.refusal(ex);
		}
		catch (RuntimeException | Error ex) {
			this.store.close();
			throw ex;
		}
		start(this.maintenance, "eardrum-checkpoint");
		start(this.compaction, "eardrum-compaction");
		start(this.watch, "eardrum-storage-watch");
		start(this.syncer, "eardrum-storage-sync");
		if (this.scrub.isWanted()) {
			start(this.scrub, "eardrum-scrub");
		}
	}

	private void accept() {
		if (this.index.size() < this.store.expectedSeries()) {
			throw new CorruptStoreException(
					"it had " + this.store.expectedSeries() + " series, and has " + this.index.size());
		}
		this.store.accept();
		if (this.store.isReadOnly()) {
			String problem = "The disk of " + this.database.path()
					+ " is too full to open the store for writing; it is opened for reading";
			logger.error("{}, and points are taken once there is room", problem);
			this.availability.writeFailed(problem);
		}
	}

	private void grown() {
		this.heads.growBy(this.room.look());
		this.maintenance.requestIfDue();
		this.watch.written();
	}

	private void full() {
		this.maintenance.request();
	}

	private void dropped(long bytes) {
		this.room.release(bytes);
	}

	private static void start(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
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
		long reserved = this.room.reserve(write);
		try {
			int era = this.gate.enter();
			try {
				this.committer.commit(write);
			}
			finally {
				this.gate.leave(era);
			}
		}
		finally {
			this.room.settle(reserved, write.grown());
		}
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		int era = this.gate.enter();
		try {
			Series series = this.index.find(key);
			if (series != null) {
				try (SeriesReader reader = reader(era, true)) {
					reader.read(series, range, sink);
				}
			}
		}
		finally {
			this.gate.leave(era);
		}
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		int era = this.gate.enter();
		try (SeriesReader reader = reader(era, false)) {
			int count = this.committer.storedSeries();
			for (int number = 0; number < count; number++) {
				reader.read(this.index.get(number), range, sink);
			}
		}
		finally {
			this.gate.leave(era);
		}
	}

	private SeriesReader reader(int era, boolean cached) {
		return new SeriesReader(this.database, this.heads, this.gate, era, this.snapshotRoom,
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
		int era = this.gate.enter();
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
			this.gate.leave(era);
		}
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		int era = this.gate.enter();
		try (LastPointReader reader = lastPointReader()) {
			int count = this.committer.storedSeries();
			for (int number = 0; number < count; number++) {
				Series series = this.index.get(number);
				if (wanted.test(series.key())) {
					this.gate.ensureMayStay(era);
					reader.pass(series, consumer);
				}
			}
		}
		finally {
			this.gate.leave(era);
		}
	}

	private LastPointReader lastPointReader() {
		return new LastPointReader(this.database, this.heads, this.retentionClock::seconds, this.clock, this.openReads);
	}

	@Override
	public long seriesCount() {
		return this.committer.storedSeries();
	}

	@Override
	public void backup(Path target) {
		int era = this.gate.enter();
		try {
			// The disk may lack points that were acknowledged, until the store has
			// healed.
			this.availability.ensureNoWriteFailed();
			this.backups.make(target);
		}
		finally {
			this.gate.leave(era);
		}
	}

	/**
	 * Writes what is in memory into chunks now. What fails is left to the next try.
	 */
	void checkpoint() {
		this.maintenance.checkpointNow();
	}

	/**
	 * Removes now what is older than it is kept; its space is given back afterwards.
	 */
	void sweep() {
		this.maintenance.sweepNow();
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
		this.scrub.scrub();
	}

	/**
	 * Tells how long it is until tables are read again in the background.
	 * @return that time
	 */
	Duration untilScrub() {
		return this.scrub.untilDue();
	}

	/**
	 * Tells how much space the chunks take now.
	 * @return the number of bytes
	 */
	long chunkBytesNow() {
		this.syncer.sync();
		this.watch.look();
		return this.watch.chunkBytes();
	}

	@Override
	public SeriesAhead seriesAhead() {
		return this.aheadSeries.found();
	}

	@Override
	public StorageStatistics statistics() {
		return new StorageStatistics(this.meters.fsyncs(), this.meters.fsyncNanos(), this.meters.checkpoints(),
				this.meters.checkpointNanos(), this.meters.lastCheckpointMillis(), this.meters.logBytes(),
				this.heads.bytes(), seriesCount(), this.checkpointer.storedPoints(), this.watch.chunkBytes(),
				this.meters.waitingWriters(), this.store.uncleanStarts(), this.watch.freeBytes(),
				this.committer.unsyncedNanos(), this.retentionClock.jumpSeconds(), this.scrub.lastSuccessMillis(),
				this.scrub.damaged().size());
	}

	@Override
	public StorageLimits limits() {
		return new StorageLimits(this.settings.headBytes(), this.settings.minFreeBytes(), this.settings.maxSeries(),
				this.settings.checkpointInterval(), this.settings.scrubInterval());
	}

	@Override
	public StorageStatus status() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("path", this.database.path().toString());
		details.put("fsync", this.settings.fsync().name().toLowerCase(Locale.ROOT));
		details.put("freeBytes", this.watch.freeBytes());
		long checkpoint = this.meters.lastCheckpointMillis();
		details.put("lastCheckpoint", (checkpoint != 0) ? Instant.ofEpochMilli(checkpoint).toString() : "none yet");
		details.put("uncleanStarts", this.store.uncleanStarts());
		List<Path> damaged = this.scrub.damaged();
		if (!damaged.isEmpty()) {
			details.put("damagedFiles", damaged.stream().limit(MAX_NAMED_FILES).map(Path::toString).toList());
		}
		String healing = this.watch.healing();
		if (healing != null) {
			details.put("healing", healing);
		}
		String held = this.retentionClock.held();
		if (held != null) {
			details.put("retentionHeld", held);
		}
		String problem = this.gate.isClosed() ? "the store is closed" : this.availability.problem();
		return new StorageStatus("embedded", problem == null, problem, details);
	}

	/**
	 * Closes the store, once those have left who are putting and reading. If one of them
	 * doesn't, RocksDB is left open: what was put is safe, and the next start notes that
	 * the store was not closed.
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		if (this.gate.close()) {
			// A compaction, which may take minutes, ends at once this way.
			this.database.stopBackgroundWork();
		}
		this.room.changed();
		this.maintenance.request();
		this.scrub.stop();
		boolean empty = this.gate.awaitUnused(CLOSE_PATIENCE);
		if (!empty) {
			logger.warn("Somebody still uses the store in {}; it is not closed", this.database.path());
			return;
		}
		ClosingFacts facts = null;
		try {
			// It may have been opened anew since, without what only memory has.
			this.availability.ensureNoWriteFailed();
			this.retentionClock.save();
			this.database.sync();
			facts = new ClosingFacts(this.database.writes(), seriesCount());
		}
		catch (RuntimeException ex) {
			logger
				.warn("The store in {} could not be closed in order; unless every put is synced, the last ones may be "
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

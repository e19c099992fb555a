package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.ClusterMetricRepository;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.ClusterStatistics;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.PendingRead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.StorageStatus;
import io.eardrum.storage.cassandra.cluster.Cluster;
import io.eardrum.storage.cassandra.cluster.ClusterClock;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.cluster.ClusterState;
import io.eardrum.storage.cassandra.cluster.Connector;
import io.eardrum.storage.cassandra.point.BegunRead;
import io.eardrum.storage.cassandra.point.LastPointReader;
import io.eardrum.storage.cassandra.point.PartitionedSeriesReader;
import io.eardrum.storage.cassandra.point.PointWriter;
import io.eardrum.storage.cassandra.point.WriteClock;
import io.eardrum.storage.cassandra.request.CongestionException;
import io.eardrum.storage.cassandra.request.FilteredIterator;
import io.eardrum.storage.cassandra.request.Prefetcher;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.series.KnownSeries;
import io.eardrum.storage.cassandra.series.SeriesCache;
import io.eardrum.storage.cassandra.series.SeriesCount;
import io.eardrum.storage.cassandra.series.SeriesListing;
import io.eardrum.storage.cassandra.series.SeriesPoints;
import io.eardrum.storage.cassandra.series.SeriesRegistry;
import io.eardrum.storage.series.SeriesIndex;

/**
 * Stores all points in a cluster of Apache Cassandra, which any number of servers share.
 * <p>
 * <em>What a client can rely on</em>, with a quorum for writes and reads: every read that
 * begins after a put was answered sees that put, through any server. A put that failed
 * may have been stored completely, in part or not at all, and may become visible later,
 * until it is put again. Of two puts of one point through one server the later one wins.
 * Through two servers it also wins if their clocks differ by less than the time between
 * the puts (see {@link WriteClock}). A server takes no puts while its clock does not
 * agree with the cluster's (see {@link ClusterClock}). A read sees each page as of a
 * moment of its own: of the points that are put meanwhile, it may show a later one and
 * not an earlier one.
 * <p>
 * <em>Threads</em>: any number of threads may call the methods at once. A request
 * occupies only the thread of the caller, which waits for the answer. One more thread
 * looks after the {@link Cluster}.
 * <p>
 * <em>Failures</em>: if the cluster can't be reached, or doesn't answer in time, callers
 * get a {@link StorageException} within seconds. Nothing has to be restarted once the
 * cluster is back.
 */
final class CassandraMetricRepository implements ClusterMetricRepository, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(CassandraMetricRepository.class);

	/**
	 * How long a start waits for the connection. So a server that starts together with
	 * its cluster is ready once it has connected.
	 */
	private static final Duration START_PATIENCE = Duration.ofSeconds(15);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

	/** How many series are read at once if they are short. */
	private static final int SHORT_SERIES_AHEAD = 32;

	/** How many series are read at once if they are long. */
	private static final int LONG_SERIES_AHEAD = 4;

	private static final int FEW_ROWS = 100;

	private final CassandraStorageSettings settings;

	private final Clock clock;

	private final ClusterState state = new ClusterState("The cluster has not been reached yet");

	private final Requests requests;

	private final SeriesCache cache;

	private final SeriesRegistry registry;

	private final SeriesCount count = new SeriesCount();

	private final SeriesUpkeep upkeep;

	private final WriteClock writeClock;

	private final ClusterClock clusterClock;

	private final Cluster cluster;

	private volatile boolean closed;

	/**
	 * Opens the store: begins to connect, and waits for some seconds for the connection.
	 * @param settings the settings of the store
	 * @param builders makes a builder of sessions with the cluster, which may be changed
	 * @param observer observes all requests
	 * @param clock the clock of this server
	 * @param budget the heap budget
	 */
	CassandraMetricRepository(CassandraStorageSettings settings, Supplier<CqlSessionBuilder> builders,
			ClusterObserver observer, Clock clock, HeapBudget budget) {
		this.settings = settings;
		this.clock = clock;
		this.requests = new Requests(settings.cassandra().maxRequests(), settings.cassandra().maxWait(),
				settings.requestTimeout(), observer);
		this.cache = new SeriesCache(settings.retention(), settings.knownSeries(), budget.share(HeapUse.SERIES));
		this.registry = new SeriesRegistry(this.requests, this.cache, settings.maxSeries(),
				settings.cassandra().maxWait(), clock);
		this.writeClock = new WriteClock(clock);
		this.upkeep = new SeriesUpkeep(this.requests, this.cache, this.registry, this.count, this.writeClock, clock);
		this.clusterClock = new ClusterClock(clock, System::nanoTime);
		this.cluster = new Cluster(
				new Connector(builders, settings.keyspace(), settings.cassandra(), this.clusterClock), this.state,
				this.clusterClock, this::learnSeries, this.upkeep::lookAfter);
		this.cluster.awaitFirstAttempt(START_PATIENCE);
	}

	// A series that is listed is registered. So a server that has just started need not
	// look up each series that is put.
	private void learnSeries(ClusterSession session) {
		try (SeriesListing keys = new SeriesListing(session, this.requests)) {
			while (!this.cache.isFull() && keys.hasNext()) {
				this.cache.add(keys.next());
			}
		}
		catch (StorageException ex) {
			// Each of the others is looked up when it is put. The next probe shows
			// whether the cluster takes points.
			logger.debug("Not all series could be listed", ex);
		}
	}

	@Override
	public void put(PointBatch batch) {
		if (batch.refusedCount() == batch.size()) {
			return;
		}
		ClusterSession session = this.cluster.session();
		this.clusterClock.ensureAgrees();
		this.upkeep.puts().lock();
		try {
			SeriesIndex<SeriesPoints> points = SeriesPoints.of(batch);
			register(session, points);
			PointWriter writer = new PointWriter(session, this.requests, nowSeconds(), this.writeClock.nextMicros());
			boolean all = true;
			for (int i = 0; i < points.size(); i++) {
				KnownSeries series = points.get(i).series();
				if (series != null) {
					writer.write(series, points.get(i).points());
				}
				all &= series != null;
			}
			writer.await();
			if (!all) {
				refuse(batch, points);
			}
			this.state.succeeded();
		}
		catch (CongestionException ex) {
			this.state.congested(String.valueOf(ex.getMessage()));
			throw ex;
		}
		catch (StorageException ex) {
			if (!this.closed) {
				this.state.failed(String.valueOf(ex.getMessage()));
			}
			throw ex;
		}
		finally {
			this.upkeep.puts().unlock();
		}
	}

	@Override
	public void delete(List<SeriesKey> keys, TimeRange range) {
		ClusterSession session = this.cluster.session();
		this.clusterClock.ensureAgrees();
		this.upkeep.delete(session, keys, range);
	}

	private void register(ClusterSession session, SeriesIndex<SeriesPoints> points) {
		List<SeriesPoints> unknown = new ArrayList<>();
		for (int i = 0; i < points.size(); i++) {
			SeriesPoints series = points.get(i);
			KnownSeries known = this.cache.find(series.key());
			if (known != null) {
				series.registered(known);
			}
			else {
				unknown.add(series);
			}
		}
		if (!unknown.isEmpty()) {
			this.registry.register(session, unknown);
		}
	}

	private static void refuse(PointBatch batch, SeriesIndex<SeriesPoints> points) {
		for (int i = 0; i < batch.size(); i++) {
			SeriesPoints series = SeriesPoints.find(points, batch, i);
			if (series != null && series.series() == null) {
				batch.refuse(i, PointBatch.Refusal.TOO_MANY_SERIES);
			}
		}
	}

	@Override
	public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
		ClusterSession session = this.cluster.session();
		PartitionedSeriesReader reader = new PartitionedSeriesReader(session, this.requests, this.cache,
				this::nowSeconds);
		reader.read(
				this.requests.await(this.requests.send(ClusterObserver.Request.READ, () -> reader.begin(key, range))),
				sink);
	}

	@Override
	public @Nullable PendingRead beginRead(SeriesKey key, TimeRange range) {
		ClusterSession session = this.cluster.sessionIfAny();
		if (session == null) {
			return null;
		}
		PartitionedSeriesReader reader = new PartitionedSeriesReader(session, this.requests, this.cache,
				this::nowSeconds);
		return BegunRead.begin(this.requests, () -> reader.begin(key, range), reader::read);
	}

	@Override
	public void readAll(TimeRange range, PointSink sink) throws IOException {
		ClusterSession session = this.cluster.session();
		PartitionedSeriesReader reader = new PartitionedSeriesReader(session, this.requests, this.cache,
				this::nowSeconds);
		try (SeriesListing keys = new SeriesListing(session, this.requests);
				Prefetcher<PartitionedSeriesReader.Beginning> beginnings = new Prefetcher<>(this.requests,
						each(keys, (key) -> reader.begin(key, range)), LONG_SERIES_AHEAD)) {
			PartitionedSeriesReader.Beginning beginning = beginnings.next();
			while (beginning != null) {
				beginnings.depth((beginning.rows() <= FEW_ROWS) ? SHORT_SERIES_AHEAD : LONG_SERIES_AHEAD);
				reader.read(beginning, sink);
				beginning = beginnings.next();
			}
		}
	}

	@Override
	public void forEachKey(Consumer<SeriesKey> consumer) {
		try (SeriesListing keys = new SeriesListing(this.cluster.session(), this.requests)) {
			keys.forEachRemaining(consumer);
		}
	}

	@Override
	public @Nullable Point last(SeriesKey key) {
		LastPointReader reader = new LastPointReader(this.cluster.session(), this.cache, this::nowSeconds);
		return this.requests.await(this.requests.send(ClusterObserver.Request.READ, () -> reader.last(key))).point();
	}

	@Override
	public @Nullable PendingRead beginLast(SeriesKey key) {
		ClusterSession session = this.cluster.sessionIfAny();
		if (session == null) {
			return null;
		}
		LastPointReader reader = new LastPointReader(session, this.cache, this::nowSeconds);
		return BegunRead.begin(this.requests, () -> reader.last(key), LastPointReader.Last::passTo);
	}

	@Override
	public void forEachLast(Predicate<SeriesKey> wanted, LastPointConsumer consumer) throws IOException {
		ClusterSession session = this.cluster.session();
		LastPointReader reader = new LastPointReader(session, this.cache, this::nowSeconds);
		try (SeriesListing keys = new SeriesListing(session, this.requests);
				Prefetcher<LastPointReader.Last> lasts = new Prefetcher<>(this.requests,
						each(new FilteredIterator<>(keys, wanted), reader::last), SHORT_SERIES_AHEAD)) {
			LastPointReader.Last last = lasts.next();
			while (last != null) {
				consumer.accept(last.key(), last.point());
				last = lasts.next();
			}
		}
	}

	private static <T> Iterator<Supplier<CompletionStage<T>>> each(Iterator<SeriesKey> keys,
			Function<SeriesKey, CompletionStage<T>> fetch) {
		return new Iterator<>() {

			@Override
			public boolean hasNext() {
				return keys.hasNext();
			}

			@Override
			public Supplier<CompletionStage<T>> next() {
				SeriesKey key = keys.next();
				return () -> fetch.apply(key);
			}

		};
	}

	@Override
	public long seriesCount() {
		return this.count.count(this.cluster.session(), this.requests);
	}

	private long nowSeconds() {
		return this.clock.instant().getEpochSecond();
	}

	@Override
	public ClusterStatistics statistics() {
		return new ClusterStatistics(this.requests.active(), this.requests.limit(), this.requests.waiting(),
				this.cluster.knownNodes(), this.cluster.connectedNodes(), this.cache.size(),
				this.clusterClock.offsetMillis());
	}

	@Override
	public StorageStatus status() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("keyspace", this.settings.keyspace().asCql(true));
		details.put("consistency", this.settings.consistency());
		details.put("nodes", this.cluster.knownNodes());
		details.put("connectedNodes", this.cluster.connectedNodes());
		String problem = problem();
		return new StorageStatus("cassandra", problem == null, problem, details);
	}

	private @Nullable String problem() {
		if (this.closed) {
			return "the store is closed";
		}
		String problem = this.state.problem();
		return (problem != null) ? problem : this.clusterClock.problem();
	}

	/**
	 * Closes the store. Requests in progress get a moment to end; later puts and reads
	 * fail.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.requests.close();
		this.requests.awaitNone(CLOSE_PATIENCE);
		this.cluster.close();
	}

}

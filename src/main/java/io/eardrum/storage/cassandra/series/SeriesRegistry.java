package io.eardrum.storage.cassandra.series;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.CongestionException;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Expiry;
import io.eardrum.storage.cassandra.table.Query;
import io.eardrum.storage.series.PointBuffer;

/**
 * Registers series: gives each of them a place in the order of first put, for all
 * servers.
 * <p>
 * Places are taken while their put runs, never in advance. So a series whose put is
 * answered has a lower place than every series whose put begins afterwards, through any
 * server. A key has one place, whichever servers meet it.
 * <p>
 * <em>With tables of format 2</em>, the {@link RegistrationLog} gives a group of series
 * their places in one transaction.
 * <p>
 * <em>With tables of format 1</em>, which servers of before know as well, the places come
 * from one sequence, on which the nodes agree (with a transaction for a group of new
 * series), and the nodes agree on the place of each key with another transaction. Of two
 * servers that meet a new key, one gives it a place. The other one learns that place, and
 * its own place stays empty. If a registration ends halfway, the put has failed, and what
 * was done remains: a place stays empty, or a key has a place and isn't listed there. The
 * next put of the key, through any server, finds that it has a place, and lists it before
 * that put is answered.
 * <p>
 * The series of a put with many new series are registered in several groups, one after
 * the other. They get ascending places in their order, though not consecutive ones,
 * because others have their turn between two groups. All places are taken after the put
 * began and before it is answered, as if there were one group.
 * <p>
 * Safe for any number of threads. One thread at a time registers the new series of a
 * server, for all threads that wait, so that its threads don't take places from each
 * other. Series whose place only has to be looked up don't wait for that.
 */
public final class SeriesRegistry {

	private static final int MAX_ATTEMPTS = 5;

	/**
	 * How many series are registered at once. It takes a fraction of a second, during
	 * which other puts with new series wait.
	 */
	private static final int GROUP_SIZE = 256;

	/** How many rows of the list are written at once. */
	private static final int LIST_ROWS = 50;

	private final Requests requests;

	private final SeriesCache cache;

	private final RegistrationQueue<SeriesPoints> queue;

	/** Used for one group at a time. */
	private final PlaceSequence places;

	private final RegistrationLog log;

	private final Clock clock;

	/**
	 * Creates a registry.
	 * @param requests sends the requests
	 * @param cache the known series, to which this adds
	 * @param maxSeries how many there may be, or {@code null} for any number
	 * @param maxWait how long a thread waits while others have their series registered
	 * @param clock the clock of this server
	 */
	public SeriesRegistry(Requests requests, SeriesCache cache, @Nullable Integer maxSeries, Duration maxWait,
			Clock clock) {
		this.requests = requests;
		this.cache = cache;
		this.queue = new RegistrationQueue<>(GROUP_SIZE, maxWait);
		this.places = new PlaceSequence(requests, maxSeries, maxWait);
		this.log = new RegistrationLog(requests, maxSeries, maxWait, clock);
		this.clock = clock;
	}

	/**
	 * Registers the series that are not known to be registered.
	 * @param session the cluster
	 * @param unknown the series, which are marked once they are registered; those that
	 * have no room are not marked
	 * @throws StorageException if they can't be registered; some of them may have been
	 * registered
	 * @throws CongestionException if they had to wait too long for their turn
	 */
	public void register(ClusterSession session, List<SeriesPoints> unknown) {
		LookUp ahead = new LookUp(session, unknown, 0);
		while (!ahead.isEmpty()) {
			LookUp present = ahead;
			List<SeriesPoints> fresh = list(session, present);
			// Their answers come while these are registered.
			ahead = new LookUp(session, unknown, present.end);
			if (!fresh.isEmpty()) {
				this.queue.register(fresh, (group) -> addAll(session, group));
			}
		}
	}

	/**
	 * Takes places from series. When it returns, they are no longer listed. Only for a
	 * cluster whose servers register series in groups.
	 * @param session the cluster
	 * @param places the places that they have; series that have another one meanwhile
	 * keep it
	 * @throws StorageException if that failed
	 * @throws CongestionException if other servers kept registering series
	 */
	void remove(ClusterSession session, Map<SeriesKey, Long> places) {
		this.log.remove(session, places);
	}

	// A group may contain the same key for several puts. One of them stands for the
	// others.
	private void addAll(ClusterSession session, List<SeriesPoints> group) {
		Map<SeriesKey, SeriesPoints> fresh = new LinkedHashMap<>();
		group.forEach((series) -> fresh.putIfAbsent(series.key(), series));
		add(session, unknown(fresh.values()));
		for (SeriesPoints series : group) {
			KnownSeries known = fresh.getOrDefault(series.key(), series).series();
			if (known != null) {
				series.registered(known);
			}
		}
	}

	private List<SeriesPoints> unknown(Collection<SeriesPoints> fresh) {
		List<SeriesPoints> unknown = new ArrayList<>();
		for (SeriesPoints series : fresh) {
			KnownSeries known = this.cache.find(series.key());
			if (known != null) {
				series.registered(known);
			}
			else {
				unknown.add(series);
			}
		}
		return unknown;
	}

	// Lists the series that have a place, and returns those that have none.
	private List<SeriesPoints> list(ClusterSession session, LookUp lookUp) {
		List<SeriesPoints> fresh = new ArrayList<>();
		Map<SeriesPoints, Long> places = new LinkedHashMap<>();
		for (int i = 0; i < lookUp.answers.size(); i++) {
			SeriesPoints series = lookUp.series.get(i);
			Row row = this.requests.await(lookUp.answers.get(i)).one();
			if (row != null) {
				places.put(series, row.getLong(0));
			}
			else {
				series.absentSince(lookUp.version);
				fresh.add(series);
			}
		}
		list(session, places, lookUp.version);
		return fresh;
	}

	private void add(ClusterSession session, List<SeriesPoints> fresh) {
		if (fresh.isEmpty()) {
			return;
		}
		if (session.registersInGroups()) {
			append(session, fresh);
			return;
		}
		int count = this.places.take(session, fresh.size());
		long first = this.places.next() - count;
		Map<SeriesPoints, Long> wanted = new LinkedHashMap<>();
		for (int i = 0; i < count; i++) {
			wanted.put(fresh.get(i), first + i);
		}
		list(session, settle(session, wanted), 0);
	}

	private void append(ClusterSession session, List<SeriesPoints> fresh) {
		Map<SeriesKey, SeriesPoints> series = new LinkedHashMap<>();
		Map<SeriesKey, Long> absentSince = new LinkedHashMap<>();
		for (SeriesPoints one : fresh) {
			series.put(one.key(), one);
			absentSince.put(one.key(), one.absentSince());
		}
		Map<SeriesPoints, Long> firstBuckets = new HashMap<>();
		Map<SeriesKey, Long> registered = this.log.add(session, absentSince,
				(key) -> firstBucket(session, Objects.requireNonNull(series.get(key)), firstBuckets));
		registered.keySet().forEach((key) -> {
			SeriesPoints one = Objects.requireNonNull(series.get(key));
			KnownSeries known = this.cache.add(key);
			Long bucket = firstBuckets.get(one);
			if (bucket != null) {
				known.addBucket(bucket);
			}
			one.registered(known);
		});
	}

	// The row of a bucket is kept where the key is, so it takes no request of its own.
	private List<BatchableStatement<?>> firstBucket(ClusterSession session, SeriesPoints series,
			Map<SeriesPoints, Long> buckets) {
		PointBuffer.Snapshot points = series.points();
		if (points.size() == 0) {
			return List.of();
		}
		long bucket = Buckets.of(points.timestamp(0));
		int seconds = Expiry.seconds(Buckets.lastTimestamp(bucket), this.cache.retentionSeconds(series.key()),
				this.clock.instant().getEpochSecond());
		if (seconds == Expiry.OVER) {
			return List.of();
		}
		buckets.put(series, bucket);
		return List.of(session.bind(Query.INSERT_BUCKET, Cells.of(series.key()), Cells.of(bucket), Cells.of(seconds)));
	}

	// Makes the nodes agree on the place of each key: the wanted one, or the one it
	// already has.
	private Map<SeriesPoints, Long> settle(ClusterSession session, Map<SeriesPoints, Long> wanted) {
		Map<SeriesPoints, Long> settled = new LinkedHashMap<>();
		Map<SeriesPoints, Long> open = new LinkedHashMap<>(wanted);
		for (int attempt = 1; !open.isEmpty(); attempt++) {
			Map<SeriesPoints, CompletableFuture<AsyncResultSet>> answers = new LinkedHashMap<>();
			open.forEach((series, place) -> answers.put(series, this.requests.send(ClusterObserver.Request.REGISTER,
					() -> session.send(Query.INSERT_KEY, Cells.of(series.key()), Cells.of(place)))));
			for (Map.Entry<SeriesPoints, CompletableFuture<AsyncResultSet>> answer : answers.entrySet()) {
				SeriesPoints series = answer.getKey();
				try {
					AsyncResultSet result = this.requests.await(answer.getValue());
					Row row = result.wasApplied() ? null : result.one();
					Long place = (row != null) ? Long.valueOf(row.getLong("place")) : open.get(series);
					settled.put(series, place);
					open.remove(series);
				}
				catch (StorageException ex) {
					// If it was applied after all, the next attempt finds the place.
					if (attempt >= MAX_ATTEMPTS || !(ex.getCause() instanceof DriverException)) {
						throw ex;
					}
				}
			}
		}
		return settled;
	}

	// Lists series at their places. That changes nothing if they are already listed. With
	// the version of the look-up, it also changes nothing if they have lost these places
	// since then.
	private void list(ClusterSession session, Map<SeriesPoints, Long> places, long version) {
		Map<Long, List<BatchableStatement<?>>> rows = new LinkedHashMap<>();
		List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
		places.forEach((series, place) -> {
			long bucket = Buckets.ofPlace(place);
			List<BatchableStatement<?>> ofBucket = rows.computeIfAbsent(bucket, (absent) -> new ArrayList<>());
			ofBucket.add(session.registersInGroups()
					? session.bind(Query.REGISTER_PLACE, Cells.of(bucket), Cells.of(place), Cells.of(series.key()),
							Cells.of(version))
					: session.bind(Query.INSERT_PLACE, Cells.of(bucket), Cells.of(place), Cells.of(series.key())));
			if (ofBucket.size() == LIST_ROWS) {
				answers.add(write(session, ofBucket));
				rows.remove(bucket);
			}
		});
		rows.values().forEach((ofBucket) -> answers.add(write(session, ofBucket)));
		answers.forEach(this.requests::await);
		places.keySet().forEach((series) -> series.registered(this.cache.add(series.key())));
	}

	private CompletableFuture<AsyncResultSet> write(ClusterSession session, List<BatchableStatement<?>> rows) {
		BatchStatement batch = BatchStatement.newInstance(DefaultBatchType.UNLOGGED, rows).setIdempotent(true);
		return this.requests.send(ClusterObserver.Request.WRITE, () -> session.send(batch));
	}

	/**
	 * The places of some series, which are looked up.
	 */
	private final class LookUp {

		private final List<SeriesPoints> series;

		private final int end;

		/** The version of the log as of which those that are not found have no place. */
		private final long version = SeriesRegistry.this.log.version();

		private final List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();

		LookUp(ClusterSession session, List<SeriesPoints> all, int from) {
			this.end = Math.min(from + GROUP_SIZE, all.size());
			this.series = all.subList(from, this.end);
			Query query = session.registersInGroups() ? Query.CONFIRM_PLACE : Query.SELECT_PLACE;
			for (SeriesPoints one : this.series) {
				this.answers.add(SeriesRegistry.this.requests.send(ClusterObserver.Request.READ,
						() -> session.send(query, Cells.of(one.key()))));
			}
		}

		boolean isEmpty() {
			return this.series.isEmpty();
		}

	}

}

package io.eardrum.storage.cassandra.series;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Takes series that have no point any more off the list, for all servers.
 * <p>
 * The nodes agree that a key loses its place, as they agreed that it got one. Other
 * servers may take the key for registered, and put points without listing it. So a
 * removal leaves a notice, before and after, and each server {@linkplain RemovalNotices
 * reads} the notices. The buckets of a series stay, because other servers may know them,
 * and would not write them again.
 * <p>
 * Used by one thread at a time, while this server puts no points.
 */
public final class SeriesRemoval {

	private static final long DAY_MILLIS = 86_400_000;

	private final Requests requests;

	private final SeriesCache cache;

	private final SeriesRegistry registry;

	/**
	 * Creates the removal.
	 * @param requests sends the requests
	 * @param cache the known series
	 * @param registry gave the series their places
	 */
	public SeriesRemoval(Requests requests, SeriesCache cache, SeriesRegistry registry) {
		this.requests = requests;
		this.cache = cache;
		this.registry = registry;
	}

	/**
	 * Takes series off the list.
	 * @param session the cluster
	 * @param keys the keys; those without a place are left alone
	 * @param nowMillis the present time
	 * @return how many were listed
	 * @throws io.eardrum.storage.StorageException if not all of them could be taken off
	 */
	public int remove(ClusterSession session, List<SeriesKey> keys, long nowMillis) {
		keys.forEach(this.cache::remove);
		Map<SeriesKey, Long> places = places(session, keys);
		if (places.isEmpty()) {
			return 0;
		}
		long day = dayOf(nowMillis);
		each(places.entrySet(), (entry) -> this.requests.send(ClusterObserver.Request.WRITE, () -> session
			.send(Query.INSERT_REMOVED, Cells.of(day), Cells.of(entry.getKey()), Cells.of(entry.getValue()))));
		if (session.registersInGroups()) {
			this.registry.remove(session, places);
		}
		else {
			each(places.entrySet(), (entry) -> this.requests.send(ClusterObserver.Request.REGISTER,
					() -> session.send(Query.DELETE_KEY, Cells.of(entry.getKey()), Cells.of(entry.getValue()))));
			unlist(session, places.entrySet());
		}
		each(places.entrySet(), (entry) -> this.requests.send(ClusterObserver.Request.WRITE, () -> session
			.send(Query.INSERT_REMOVED, Cells.of(day), Cells.of(entry.getKey()), Cells.of(entry.getValue()))));
		return places.size();
	}

	/**
	 * Takes the places of keys off the list.
	 * @param session the cluster
	 * @param places the keys with the places that they have no more
	 */
	void unlist(ClusterSession session, Collection<Map.Entry<SeriesKey, Long>> places) {
		each(places, (entry) -> this.requests.send(ClusterObserver.Request.WRITE, () -> session.send(Query.DELETE_PLACE,
				Cells.of(Buckets.ofPlace(entry.getValue())), Cells.of(entry.getValue()), Cells.of(entry.getKey()))));
	}

	/**
	 * Looks up the places of keys.
	 * @param session the cluster
	 * @param keys the keys
	 * @return the places of those that have one
	 */
	Map<SeriesKey, Long> places(ClusterSession session, List<SeriesKey> keys) {
		List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
		for (SeriesKey key : keys) {
			answers.add(this.requests.send(ClusterObserver.Request.READ,
					() -> session.send(Query.SELECT_PLACE, Cells.of(key))));
		}
		Map<SeriesKey, Long> places = new LinkedHashMap<>();
		for (int i = 0; i < answers.size(); i++) {
			Row row = this.requests.await(answers.get(i)).one();
			if (row != null) {
				places.put(keys.get(i), row.getLong(0));
			}
		}
		return places;
	}

	private void each(Collection<Map.Entry<SeriesKey, Long>> places,
			Function<Map.Entry<SeriesKey, Long>, CompletableFuture<AsyncResultSet>> sending) {
		places.stream().map(sending).toList().forEach(this.requests::await);
	}

	static long dayOf(long millis) {
		return Math.floorDiv(millis, DAY_MILLIS);
	}

}

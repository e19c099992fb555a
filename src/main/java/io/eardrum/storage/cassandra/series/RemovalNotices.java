package io.eardrum.storage.cassandra.series;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import com.datastax.oss.driver.api.core.uuid.Uuids;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.request.Rows;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Reads from time to time which series were taken off the list, by any server. This
 * server then no longer takes them for registered. A series that has points nevertheless,
 * because they were put meanwhile, is registered anew.
 * <p>
 * Each notice is followed twice: when it is found, and a minute later, when every put
 * that had begun before has ended. Used by one thread.
 */
public final class RemovalNotices {

	/** How long a put may take, and how much clocks may differ. */
	private static final long SETTLED_MILLIS = 60_000;

	/** Notices stay for two days. A server that missed some forgets all series. */
	private static final long KEPT_MILLIS = 86_400_000;

	/** How many notices are followed at once. */
	private static final int MAX_AT_ONCE = 500;

	private final Requests requests;

	private final SeriesCache cache;

	private final SeriesRemoval removal;

	private final Registration register;

	private final PointSearch search;

	/** The notices that were followed once, and are not a minute old. */
	private final Map<UUID, Notice> young = new HashMap<>();

	private final Map<UUID, Long> settled = new LinkedHashMap<>();

	private long lastMillis;

	/**
	 * Creates the reader.
	 * @param requests sends the requests
	 * @param cache the known series
	 * @param removal knows the places of series
	 * @param search finds the series that have points
	 * @param register registers series
	 * @param nowMillis the present time; earlier notices do not concern this server,
	 * which knows no series yet
	 */
	public RemovalNotices(Requests requests, SeriesCache cache, SeriesRemoval removal, PointSearch search,
			Registration register, long nowMillis) {
		this.requests = requests;
		this.cache = cache;
		this.removal = removal;
		this.search = search;
		this.register = register;
		this.lastMillis = nowMillis;
	}

	/**
	 * Reads the notices since the last time, and follows them.
	 * @param session the cluster
	 * @param nowMillis the present time
	 * @return how many notices are new
	 * @throws io.eardrum.storage.StorageException if not all of them could be followed;
	 * they are read again the next time
	 */
	public int follow(ClusterSession session, long nowMillis) {
		if (nowMillis - this.lastMillis > KEPT_MILLIS) {
			this.cache.clear();
		}
		long since = this.lastMillis - 2 * SETTLED_MILLIS;
		List<Notice> due = new ArrayList<>();
		for (long day = SeriesRemoval.dayOf(since); day <= SeriesRemoval.dayOf(nowMillis); day++) {
			for (Notice notice : read(session, day, since)) {
				if (!this.settled.containsKey(notice.id) && !this.young.containsKey(notice.id)) {
					due.add(notice);
				}
			}
		}
		follow(session, due);
		due.forEach((notice) -> this.young.put(notice.id, notice));
		List<Notice> old = this.young.values()
			.stream()
			.filter((notice) -> nowMillis - notice.millis() > SETTLED_MILLIS)
			.toList();
		follow(session, old);
		old.forEach((notice) -> {
			this.young.remove(notice.id);
			this.settled.put(notice.id, notice.millis());
		});
		this.settled.values().removeIf((millis) -> millis < since - SETTLED_MILLIS);
		this.lastMillis = nowMillis;
		return due.size();
	}

	private List<Notice> read(ClusterSession session, long day, long since) {
		Iterator<Notice> rows = new Rows<>(this.requests,
				this.requests.await(this.requests.send(ClusterObserver.Request.READ,
						() -> session.send(Query.SELECT_REMOVED, Cells.of(day), Cells.of(since)))),
				(row) -> new Notice(Objects.requireNonNull(row.getUuid(0)), Cells.toKey(row, 1), Cells.toLong(row, 2)));
		List<Notice> notices = new ArrayList<>();
		rows.forEachRemaining(notices::add);
		return notices;
	}

	private void follow(ClusterSession session, List<Notice> notices) {
		for (int from = 0; from < notices.size(); from += MAX_AT_ONCE) {
			followSome(session, notices.subList(from, Math.min(from + MAX_AT_ONCE, notices.size())));
		}
	}

	private void followSome(ClusterSession session, List<Notice> notices) {
		Set<SeriesKey> keys = new LinkedHashSet<>();
		notices.forEach((notice) -> keys.add(notice.key));
		keys.forEach(this.cache::remove);
		Map<SeriesKey, Long> present = this.removal.places(session, List.copyOf(keys));
		// Another server may have listed a place after it was lost.
		List<Map.Entry<SeriesKey, Long>> lost = new ArrayList<>();
		for (Notice notice : notices) {
			Long place = present.get(notice.key);
			if (place == null || place != notice.place) {
				lost.add(Map.entry(notice.key, notice.place));
			}
		}
		this.removal.unlist(session, lost);
		List<SeriesKey> unlisted = new ArrayList<>(keys);
		unlisted.removeAll(present.keySet());
		List<SeriesKey> missing = this.search.withPoints(session, unlisted);
		if (!missing.isEmpty()) {
			this.register.register(session, missing);
		}
	}

	/**
	 * Finds the series that have points.
	 */
	public interface PointSearch {

		/**
		 * Asks the cluster.
		 * @param session the cluster
		 * @param keys the keys of the series
		 * @return the keys of those that have points
		 */
		List<SeriesKey> withPoints(ClusterSession session, List<SeriesKey> keys);

	}

	/**
	 * Registers series.
	 */
	public interface Registration {

		/**
		 * Registers series that have no place.
		 * @param session the cluster
		 * @param keys their keys
		 */
		void register(ClusterSession session, List<SeriesKey> keys);

	}

	private record Notice(UUID id, SeriesKey key, long place) {

		long millis() {
			return Uuids.unixTimestamp(this.id);
		}

	}

}

package io.eardrum.storage.cassandra.series;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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
 * Each notice is followed twice: as soon as it is found, and two minutes later, when
 * every put that had begun before has ended, and every notice of that time can be read.
 * To follow a notice once more does no harm, so nothing is remembered but two moments,
 * however many series are deleted. Used by one thread.
 */
public final class RemovalNotices {

	/** How long a put may take, and how much clocks may differ, twice over. */
	private static final long SETTLED_MILLIS = 120_000;

	/** How far the quick look goes back each time. */
	private static final long OVERLAP_MILLIS = 10_000;

	/**
	 * Notices stay for two days. A server that has read none for this long forgets all
	 * series.
	 */
	private static final long KEPT_MILLIS = 86_400_000;

	/** How many notices are followed at once. */
	private static final int MAX_AT_ONCE = 500;

	/**
	 * How many notices each look follows, so that the thread has time for the cluster.
	 */
	private static final int MAX_PER_LOOK = 5000;

	private final Requests requests;

	private final SeriesCache cache;

	private final SeriesRemoval removal;

	private final Registration register;

	private final PointSearch search;

	/** All notices before it have been followed once, as far as they could be read. */
	private long seenMillis;

	/** All notices before it have been followed for good. */
	private long settledMillis;

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
		this.seenMillis = nowMillis - SETTLED_MILLIS;
		this.settledMillis = nowMillis - SETTLED_MILLIS;
	}

	/**
	 * Reads the notices since the last time, and follows them.
	 * @param session the cluster
	 * @param nowMillis the present time
	 * @return how many notices were followed
	 * @throws io.eardrum.storage.StorageException if not all of them could be followed;
	 * they are read again the next time
	 */
	public int follow(ClusterSession session, long nowMillis) {
		if (nowMillis - this.settledMillis > KEPT_MILLIS) {
			this.cache.clear();
			this.settledMillis = nowMillis - KEPT_MILLIS;
		}
		Look settling = new Look(this.settledMillis, nowMillis - SETTLED_MILLIS);
		settling.follow(session);
		this.settledMillis = settling.reachedMillis;
		Look quick = new Look(Math.max(this.seenMillis, this.settledMillis), nowMillis + SETTLED_MILLIS);
		quick.follow(session);
		// Where it has got through, the next one goes back a little.
		this.seenMillis = Math.min(quick.reachedMillis, nowMillis - OVERLAP_MILLIS);
		return settling.followed + quick.followed;
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

	private record Notice(SeriesKey key, long place, long millis) {

	}

	/**
	 * A look at the notices of a span of time.
	 */
	private final class Look {

		private final long from;

		private final long to;

		private int followed;

		/** All notices before it have been followed. */
		private long reachedMillis;

		Look(long from, long to) {
			this.from = from;
			this.to = to;
			this.reachedMillis = from;
		}

		void follow(ClusterSession session) {
			if (this.from >= this.to) {
				return;
			}
			// A notice is in the day that it was for its server, whose clock may differ.
			for (long day = SeriesRemoval.dayOf(this.from - SETTLED_MILLIS); day <= SeriesRemoval
				.dayOf(this.to + SETTLED_MILLIS); day++) {
				if (!follow(session, day)) {
					return;
				}
			}
			this.reachedMillis = this.to;
		}

		// Returns whether all notices of the day in this span have been followed.
		private boolean follow(ClusterSession session, long day) {
			Iterator<Notice> notices = new Rows<>(RemovalNotices.this.requests,
					RemovalNotices.this.requests.await(RemovalNotices.this.requests.send(ClusterObserver.Request.READ,
							() -> session.send(Query.SELECT_REMOVED, Cells.of(day), Cells.of(this.from),
									Cells.of(this.to)))),
					(row) -> new Notice(Cells.toKey(row, 1), Cells.toLong(row, 2),
							Uuids.unixTimestamp(Objects.requireNonNull(row.getUuid(0)))));
			List<Notice> some = new ArrayList<>();
			while (notices.hasNext()) {
				some.add(notices.next());
				if (some.size() == MAX_AT_ONCE || !notices.hasNext()) {
					followSome(session, some);
					this.followed += some.size();
					long last = some.get(some.size() - 1).millis;
					some.clear();
					if (this.followed >= MAX_PER_LOOK && notices.hasNext()) {
						// More of the same moment would otherwise be read for ever.
						this.reachedMillis = Math.max(last, this.from + 1);
						return false;
					}
				}
			}
			return true;
		}

	}

}

package io.eardrum.storage.cassandra;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.point.LastPointReader;
import io.eardrum.storage.cassandra.point.PointDeletion;
import io.eardrum.storage.cassandra.point.WriteClock;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.request.Rows;
import io.eardrum.storage.cassandra.series.RemovalNotices;
import io.eardrum.storage.cassandra.series.SeriesCache;
import io.eardrum.storage.cassandra.series.SeriesCount;
import io.eardrum.storage.cassandra.series.SeriesListing;
import io.eardrum.storage.cassandra.series.SeriesPoints;
import io.eardrum.storage.cassandra.series.SeriesRegistry;
import io.eardrum.storage.cassandra.series.SeriesRemoval;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Deletes points, and takes series that have none off the list: at once those that lose
 * their last point through this server, and within a day those whose points have expired.
 * It also follows what other servers have taken off the list.
 * <p>
 * Safe for any number of threads.
 */
final class SeriesUpkeep {

	private static final Logger logger = LoggerFactory.getLogger(SeriesUpkeep.class);

	/** How many series are deleted, or looked at, at once. */
	private static final int SERIES_AT_ONCE = 100;

	private final Requests requests;

	private final SeriesCache cache;

	private final SeriesRegistry registry;

	private final SeriesCount count;

	private final WriteClock writeClock;

	private final Clock clock;

	/** Puts share it. A series is taken off the list while no put of this server runs. */
	private final ReadWriteLock listing = new ReentrantReadWriteLock();

	private final SeriesRemoval removal;

	private final RemovalNotices notices;

	/** The walk that is under way, for the thread of the cluster. */
	private @Nullable Sweep sweep;

	SeriesUpkeep(Requests requests, SeriesCache cache, SeriesRegistry registry, SeriesCount count,
			WriteClock writeClock, Clock clock) {
		this.requests = requests;
		this.cache = cache;
		this.registry = registry;
		this.count = count;
		this.writeClock = writeClock;
		this.clock = clock;
		this.removal = new SeriesRemoval(requests, cache, registry);
		this.notices = new RemovalNotices(requests, cache, this.removal, this::withPoints, this::registerAnew,
				clock.millis());
	}

	/**
	 * Returns what a put holds while it runs.
	 * @return a lock that any number of puts hold at once
	 */
	Lock puts() {
		return this.listing.readLock();
	}

	/**
	 * Deletes points.
	 * @param session the cluster
	 * @param keys the keys of the series
	 * @param range the timestamps
	 */
	void delete(ClusterSession session, List<SeriesKey> keys, TimeRange range) {
		for (List<SeriesKey> some : parts(keys)) {
			new PointDeletion(session, this.requests, range, this.writeClock.nextMicros()).delete(some);
			removeEmpty(session, some);
		}
	}

	private int removeEmpty(ClusterSession session, List<SeriesKey> keys) {
		this.listing.writeLock().lock();
		try {
			List<SeriesKey> empty = new ArrayList<>(keys);
			empty.removeAll(withPoints(session, keys));
			int removed = this.removal.remove(session, empty, this.clock.millis());
			if (removed > 0) {
				this.count.reset();
			}
			return removed;
		}
		finally {
			this.listing.writeLock().unlock();
		}
	}

	/**
	 * Follows what other servers have taken off the list. Once a day, if no other server
	 * does, it also looks through the list for series whose points have expired, a part
	 * each time, because the thread that calls this watches over the cluster.
	 * @param session the cluster
	 */
	void lookAfter(ClusterSession session) {
		if (this.notices.follow(session, this.clock.millis()) > 0) {
			this.count.reset();
		}
		if (this.sweep != null) {
			if (!this.sweep.goOn(session)) {
				this.sweep = null;
			}
		}
		else if (this.cache.expires() && beginsSweep(session)) {
			this.sweep = new Sweep(session);
		}
	}

	// Servers ask before they compete for it.
	private boolean beginsSweep(ClusterSession session) {
		return this.requests
			.await(this.requests.send(ClusterObserver.Request.READ, () -> session.send(Query.SELECT_SWEEP)))
			.one() == null
				&& this.requests
					.await(this.requests.send(ClusterObserver.Request.REGISTER, () -> session.send(Query.BEGIN_SWEEP)))
					.wasApplied();
	}

	private List<SeriesKey> withPoints(ClusterSession session, List<SeriesKey> keys) {
		LastPointReader reader = new LastPointReader(session, this.cache, () -> this.clock.instant().getEpochSecond());
		List<CompletableFuture<LastPointReader.Last>> answers = new ArrayList<>();
		for (SeriesKey key : keys) {
			answers.add(this.requests.send(ClusterObserver.Request.READ, () -> reader.last(key)));
		}
		List<SeriesKey> found = new ArrayList<>();
		for (CompletableFuture<LastPointReader.Last> answer : answers) {
			LastPointReader.Last last = this.requests.await(answer);
			if (last.point() != null) {
				found.add(last.key());
			}
		}
		return found;
	}

	private void registerAnew(ClusterSession session, List<SeriesKey> keys) {
		this.registry.register(session, keys.stream().map(SeriesPoints::none).toList());
	}

	private static List<List<SeriesKey>> parts(List<SeriesKey> keys) {
		List<List<SeriesKey>> parts = new ArrayList<>();
		for (int from = 0; from < keys.size(); from += SERIES_AT_ONCE) {
			parts.add(keys.subList(from, Math.min(from + SERIES_AT_ONCE, keys.size())));
		}
		return parts;
	}

	/**
	 * One walk through the list.
	 */
	private final class Sweep {

		private final long buckets;

		private long bucket;

		private int removed;

		Sweep(ClusterSession session) {
			this.buckets = SeriesListing.bucketCount(SeriesListing.nextPlace(session, SeriesUpkeep.this.requests));
		}

		// Returns whether there is more of the list.
		boolean goOn(ClusterSession session) {
			if (this.bucket < this.buckets) {
				sweep(session, this.bucket);
				this.bucket++;
			}
			if (this.bucket < this.buckets) {
				return true;
			}
			if (this.removed > 0) {
				logger.info("{} series are no longer listed, because all their points have expired", this.removed);
			}
			return false;
		}

		private void sweep(ClusterSession session, long number) {
			Iterator<SeriesKey> keys = new Rows<>(
					SeriesUpkeep.this.requests, SeriesUpkeep.this.requests.await(SeriesUpkeep.this.requests
						.send(ClusterObserver.Request.READ, () -> session.send(Query.SELECT_KEYS, Cells.of(number)))),
					(row) -> Cells.toKey(row, 0));
			List<SeriesKey> some = new ArrayList<>();
			while (keys.hasNext()) {
				SeriesKey key = keys.next();
				if (SeriesUpkeep.this.cache.retentionSeconds(key) > 0) {
					some.add(key);
				}
				if (some.size() == SERIES_AT_ONCE || !keys.hasNext()) {
					some.removeAll(withPoints(session, some));
					// Without one, puts need not wait.
					this.removed += some.isEmpty() ? 0 : removeEmpty(session, some);
					some.clear();
				}
			}
		}

	}

}

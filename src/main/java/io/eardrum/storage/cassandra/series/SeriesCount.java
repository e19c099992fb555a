package io.eardrum.storage.cassandra.series;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Prefetcher;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Counts the series. The sequence does not have their number, because a put that failed
 * may have taken a place and left it empty. So the list is counted, bucket by bucket.
 * Only what may have changed is counted again: the last bucket every time, and an earlier
 * one with empty places after a while.
 * <p>
 * Safe for any number of threads. A count takes two round trips to the cluster, once each
 * bucket has been counted.
 */
public final class SeriesCount {

	private static final int DEPTH = 8;

	/**
	 * How long a recent bucket is valid: a put that ran when the bucket ended may still
	 * fill a place in it.
	 */
	private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(5);

	/**
	 * How long an older bucket is valid: an empty place is filled when its series is put
	 * the next time, if ever.
	 */
	private static final long GAP_NANOS = TimeUnit.MINUTES.toNanos(10);

	private final Map<Long, Count> counts = new ConcurrentHashMap<>();

	/**
	 * Counts the series that there are now.
	 * @param session the cluster
	 * @param requests sends the requests
	 * @return the number of series
	 * @throws StorageException if the cluster can't be read
	 */
	public long count(ClusterSession session, Requests requests) {
		long buckets = SeriesListing.bucketCount(SeriesListing.nextPlace(session, requests));
		long now = System.nanoTime();
		long sum = 0;
		try (Prefetcher<Counted> counting = new Prefetcher<>(requests, new Uncounted(session, buckets, now), DEPTH)) {
			Counted counted = counting.next();
			while (counted != null) {
				remember(counted, buckets, now);
				counted = counting.next();
			}
		}
		for (long bucket = 0; bucket < buckets; bucket++) {
			Count count = this.counts.get(bucket);
			sum += (count != null) ? count.rows : 0;
		}
		return sum;
	}

	/**
	 * Counts everything again the next time, because series were taken off the list.
	 */
	public void reset() {
		this.counts.clear();
	}

	private void remember(Counted counted, long buckets, long now) {
		boolean full = counted.rows == Buckets.places();
		long keep = (counted.bucket >= buckets - 2) ? RECENT_NANOS : GAP_NANOS;
		this.counts.put(counted.bucket, new Count(counted.rows, full, now + keep));
	}

	private record Counted(long bucket, long rows) {
	}

	private record Count(long rows, boolean full, long validUntilNanos) {

		boolean isValid(long now) {
			return this.full || this.validUntilNanos - now > 0;
		}

	}

	/**
	 * The requests for the buckets that have to be counted.
	 */
	private final class Uncounted implements Iterator<Supplier<CompletionStage<Counted>>> {

		private final ClusterSession session;

		private final long buckets;

		private final long now;

		private long bucket;

		Uncounted(ClusterSession session, long buckets, long now) {
			this.session = session;
			this.buckets = buckets;
			this.now = now;
		}

		@Override
		public boolean hasNext() {
			while (this.bucket < this.buckets - 1) {
				Count count = SeriesCount.this.counts.get(this.bucket);
				if (count == null || !count.isValid(this.now)) {
					return true;
				}
				this.bucket++;
			}
			return this.bucket < this.buckets;
		}

		@Override
		public Supplier<CompletionStage<Counted>> next() {
			long number = this.bucket++;
			return () -> this.session.send(Query.COUNT_KEYS, Cells.of(number))
				.thenApply((result) -> new Counted(number, rows(result)));
		}

		private long rows(AsyncResultSet result) {
			Row row = result.one();
			return (row != null) ? row.getLong(0) : 0;
		}

	}

}

package io.eardrum.storage.cassandra.point;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.Horizon;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.series.KnownSeries;
import io.eardrum.storage.cassandra.series.SeriesCache;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;
import io.eardrum.storage.time.Retention;

/**
 * Reads the last points of series, from the last bucket that has any. Safe for any number
 * of threads.
 */
public final class LastPointReader {

	private final ClusterSession session;

	private final SeriesCache cache;

	private final LongSupplier nowSeconds;

	/**
	 * Creates a reader.
	 * @param session the cluster
	 * @param cache has the retention of each series
	 * @param nowSeconds returns the present time, in seconds since 1970
	 */
	public LastPointReader(ClusterSession session, SeriesCache cache, LongSupplier nowSeconds) {
		this.session = session;
		this.cache = cache;
		this.nowSeconds = nowSeconds;
	}

	/**
	 * Fetches the last point of a series: the newest that is not beyond the horizon, or
	 * if there is none, the newest of all, which takes another request. If the series is
	 * known to have a point's bucket that no other one can follow, the first request
	 * finds it.
	 * @param key the key of the series
	 * @return the last point, if the series has one
	 */
	public CompletionStage<Last> last(SeriesKey key) {
		long now = this.nowSeconds.getAsLong();
		long cutoff = Retention.cutoff(this.cache.retentionSeconds(key), now);
		ByteBuffer keyBytes = Cells.of(key);
		long horizon = Horizon.of(now);
		KnownSeries known = this.cache.find(key);
		CompletionStage<@Nullable Point> first = (known != null && known.hasBucket(Buckets.of(horizon)))
				? lastOfNewest(keyBytes, cutoff, horizon) : last(keyBytes, cutoff, horizon);
		return first
			.thenCompose((point) -> (point != null) ? CompletableFuture.completedStage(point)
					: last(keyBytes, cutoff, Long.MAX_VALUE))
			.thenApply((point) -> new Last(key, point));
	}

	private CompletionStage<@Nullable Point> lastOfNewest(ByteBuffer keyBytes, long from, long to) {
		return lastOf(keyBytes, Buckets.of(to), to).thenCompose((point) -> (point != null && point.timestamp() >= from)
				? CompletableFuture.completedStage(point) : last(keyBytes, from, to));
	}

	private CompletionStage<@Nullable Point> last(ByteBuffer keyBytes, long from, long to) {
		return this.session
			.send(Query.SELECT_LAST_BUCKETS, keyBytes, Cells.of(Buckets.of(from)), Cells.of(Buckets.of(to)))
			.thenCompose((buckets) -> last(keyBytes, buckets, to))
			.thenApply((point) -> (point != null && point.timestamp() >= from) ? point : null);
	}

	// A bucket may be empty, because its points have expired or because the put that
	// began it failed.
	private CompletionStage<@Nullable Point> last(ByteBuffer keyBytes, AsyncResultSet buckets, long to) {
		Row bucket = buckets.one();
		if (bucket == null) {
			return buckets.hasMorePages() ? buckets.fetchNextPage().thenCompose((more) -> last(keyBytes, more, to))
					: CompletableFuture.completedStage(null);
		}
		return lastOf(keyBytes, Cells.toLong(bucket, 0), to).thenCompose(
				(point) -> (point != null) ? CompletableFuture.completedStage(point) : last(keyBytes, buckets, to));
	}

	private CompletionStage<@Nullable Point> lastOf(ByteBuffer keyBytes, long bucket, long to) {
		return this.session.send(Query.SELECT_LAST_POINT, keyBytes, Cells.of(bucket), Cells.of(to))
			.thenApply((result) -> {
				Row row = result.one();
				return (row != null) ? new Point(Cells.toLong(row, 0), Cells.toDouble(row, 1)) : null;
			});
	}

	/**
	 * The last point of a series.
	 *
	 * @param key the key of the series
	 * @param point the point, or {@code null} if it has none
	 */
	public record Last(SeriesKey key, @Nullable Point point) {

		/**
		 * Passes the point on, if there is one.
		 * @param sink takes the point
		 * @throws IOException if the sink throws it
		 */
		public void passTo(PointSink sink) throws IOException {
			Point last = this.point;
			if (last != null) {
				sink.accept(this.key, new long[] { last.timestamp() }, new double[] { last.value() }, 0, 1);
			}
		}

	}

}

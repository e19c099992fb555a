package io.eardrum.storage.cassandra.point;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.PageReader;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.request.Rows;
import io.eardrum.storage.cassandra.series.KnownSeries;
import io.eardrum.storage.cassandra.series.SeriesCache;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;
import io.eardrum.storage.time.Retention;

/**
 * Reads series bucket by bucket and page by page. Each page shows what the cluster has at
 * the moment at which the page is read. Used by one thread.
 */
public final class PartitionedSeriesReader {

	private final ClusterSession session;

	private final Requests requests;

	private final SeriesCache cache;

	private final LongSupplier nowSeconds;

	/** Grow with the pages, because most series are short. */
	private long[] timestamps = {};

	private double[] values = {};

	/**
	 * Creates a reader.
	 * @param session the cluster
	 * @param requests limits the requests for further pages
	 * @param cache has the retention of each series
	 * @param nowSeconds returns the present time, in seconds since 1970
	 */
	public PartitionedSeriesReader(ClusterSession session, Requests requests, SeriesCache cache,
			LongSupplier nowSeconds) {
		this.session = session;
		this.requests = requests;
		this.cache = cache;
		this.nowSeconds = nowSeconds;
	}

	/**
	 * Fetches the beginning of a series: its buckets and its first points. If the range
	 * lies in one bucket, and the series is known to have it, the buckets are not
	 * fetched.
	 * @param key the key of the series
	 * @param range the timestamps to read
	 * @return the beginning
	 */
	public CompletionStage<Beginning> begin(SeriesKey key, TimeRange range) {
		long cutoff = Retention.cutoff(this.cache.retentionSeconds(key), this.nowSeconds.getAsLong());
		if (cutoff > range.to()) {
			return CompletableFuture.completedStage(new Beginning(key, range, null, null));
		}
		TimeRange kept = new TimeRange(Math.max(range.from(), cutoff), range.to());
		ByteBuffer keyBytes = Cells.of(key);
		long bucket = Buckets.of(kept.from());
		if (bucket == Buckets.of(kept.to()) && isKnown(key, bucket)) {
			return points(keyBytes, bucket, kept).thenApply((page) -> new Beginning(key, kept, null, page));
		}
		return this.session.send(Query.SELECT_BUCKETS, keyBytes, Cells.of(bucket), Cells.of(Buckets.of(kept.to())))
			.thenCompose((buckets) -> {
				Row first = buckets.one();
				if (first == null) {
					return CompletableFuture.completedStage(new Beginning(key, kept, null, null));
				}
				return points(keyBytes, Cells.toLong(first, 0), kept)
					.thenApply((page) -> new Beginning(key, kept, buckets, page));
			});
	}

	// Any other bucket may have points of a put that failed. They must stay as hidden as
	// they are to deletions, which find points by the buckets.
	private boolean isKnown(SeriesKey key, long bucket) {
		KnownSeries known = this.cache.find(key);
		return known != null && known.hasBucket(bucket);
	}

	private CompletionStage<AsyncResultSet> points(ByteBuffer keyBytes, long bucket, TimeRange range) {
		return this.session.send(Query.SELECT_POINTS, keyBytes, Cells.of(bucket), Cells.of(range.from()),
				Cells.of(range.to()));
	}

	/**
	 * Passes on the points of a series.
	 * @param beginning the beginning of the series
	 * @param sink takes the points
	 * @throws IOException if the sink throws it
	 * @throws StorageException if the cluster can't be read
	 */
	public void read(Beginning beginning, PointSink sink) throws IOException {
		if (beginning.page == null) {
			return;
		}
		ByteBuffer keyBytes = Cells.of(beginning.key);
		Iterator<Long> buckets = (beginning.buckets != null)
				? new Rows<>(this.requests, beginning.buckets, (row) -> Cells.toLong(row, 0))
				: Collections.emptyIterator();
		Iterator<Supplier<CompletionStage<AsyncResultSet>>> partitions = new Iterator<>() {

			@Override
			public boolean hasNext() {
				return buckets.hasNext();
			}

			@Override
			public Supplier<CompletionStage<AsyncResultSet>> next() {
				long bucket = buckets.next();
				return () -> points(keyBytes, bucket, beginning.range);
			}

		};
		try (PageReader pages = new PageReader(this.requests, partitions)) {
			AsyncResultSet page = pages.startWith(beginning.page);
			while (page != null) {
				pass(beginning.key, page, sink);
				page = pages.next();
			}
		}
	}

	private void pass(SeriesKey key, AsyncResultSet page, PointSink sink) throws IOException {
		int size = 0;
		int length = Math.min(page.remaining(), Query.PAGE_SIZE);
		if (length > this.timestamps.length) {
			this.timestamps = new long[length];
			this.values = new double[length];
		}
		for (Row row : page.currentPage()) {
			this.timestamps[size] = Cells.toLong(row, 0);
			this.values[size] = Cells.toDouble(row, 1);
			size++;
			if (size == this.timestamps.length) {
				sink.accept(key, this.timestamps, this.values, 0, size);
				size = 0;
			}
		}
		if (size > 0) {
			sink.accept(key, this.timestamps, this.values, 0, size);
		}
	}

	/**
	 * The beginning of a series.
	 *
	 * @param key its key
	 * @param range the timestamps to read
	 * @param buckets its buckets after the first one, or {@code null} if there are none
	 * @param page the first points of the first bucket, or {@code null} if there is none
	 */
	public record Beginning(SeriesKey key, TimeRange range, @Nullable AsyncResultSet buckets,
			@Nullable AsyncResultSet page) {

		/**
		 * Returns how many points have been fetched.
		 * @return the number of points
		 */
		public int rows() {
			return (this.page != null) ? this.page.remaining() : 0;
		}

	}

}

package io.eardrum.storage.cassandra.point;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.Statement;
import org.jspecify.annotations.Nullable;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.series.KnownSeries;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Expiry;
import io.eardrum.storage.cassandra.table.Query;
import io.eardrum.storage.series.PointBuffer;

/**
 * Writes the points of one put. It sends a request to each of their partitions, or
 * several if there are many points, all at once as far as turns are free. Used by one
 * thread, once.
 */
public final class PointWriter {

	private final ClusterSession session;

	private final Requests requests;

	private final long nowSeconds;

	private final long micros;

	private final List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();

	private final List<NewBucket> newBuckets = new ArrayList<>();

	/**
	 * Whether a request has failed. Then the put has failed, and sends no further
	 * requests.
	 */
	private final AtomicBoolean failed = new AtomicBoolean();

	/**
	 * Begins a put.
	 * @param session the cluster
	 * @param requests sends the requests
	 * @param nowSeconds the present time, in seconds since 1970
	 * @param micros the write timestamp of the put
	 */
	public PointWriter(ClusterSession session, Requests requests, long nowSeconds, long micros) {
		this.session = session;
		this.requests = requests;
		this.nowSeconds = nowSeconds;
		this.micros = micros;
	}

	/**
	 * Sends the points of a series.
	 * @param series the series
	 * @param points its points
	 * @throws StorageException if they can't be sent
	 */
	public void write(KnownSeries series, PointBuffer.Snapshot points) {
		PartitionSlices.cut(points, PartitionSlices.maxRows(series.key().length()),
				(bucket, from, to) -> write(series, points, bucket, from, to));
	}

	private void write(KnownSeries series, PointBuffer.Snapshot points, long bucket, int from, int to) {
		if (this.failed.get()) {
			return;
		}
		ByteBuffer bucketBytes = Cells.of(bucket);
		List<BatchableStatement<?>> rows = new ArrayList<>(to - from);
		for (int i = from; i < to; i++) {
			BoundStatement row = row(series, bucketBytes, points.timestamp(i), points.value(i));
			if (row != null) {
				rows.add(row);
			}
		}
		if (rows.isEmpty()) {
			return;
		}
		if (!series.hasBucket(bucket) && !isNew(series, bucket)) {
			int seconds = Expiry.seconds(Buckets.lastTimestamp(bucket), series.retentionSeconds(), this.nowSeconds);
			send(this.session.bind(Query.INSERT_BUCKET, series.keyBytes(), bucketBytes, Cells.of(seconds)));
			this.newBuckets.add(new NewBucket(series, bucket));
		}
		send((rows.size() == 1) ? rows.get(0).setQueryTimestamp(this.micros)
				: BatchStatement.newInstance(DefaultBatchType.UNLOGGED, rows)
					.setQueryTimestamp(this.micros)
					.setIdempotent(true));
	}

	// Points that are already too old count as stored and expired.
	private @Nullable BoundStatement row(KnownSeries series, ByteBuffer bucket, long timestamp, double value) {
		int seconds = Expiry.seconds(timestamp, series.retentionSeconds(), this.nowSeconds);
		if (seconds == Expiry.OVER) {
			return null;
		}
		return (seconds == Expiry.NEVER)
				? this.session.bind(Query.INSERT_POINT, series.keyBytes(), bucket, Cells.of(timestamp), Cells.of(value))
				: this.session.bind(Query.INSERT_EXPIRING_POINT, series.keyBytes(), bucket, Cells.of(timestamp),
						Cells.of(value), Cells.of(seconds));
	}

	// The slices of one bucket are consecutive, so only the last bucket has to be
	// compared.
	private boolean isNew(KnownSeries series, long bucket) {
		if (this.newBuckets.isEmpty()) {
			return false;
		}
		NewBucket last = this.newBuckets.get(this.newBuckets.size() - 1);
		return last.series == series && last.bucket == bucket;
	}

	private void send(Statement<?> statement) {
		CompletableFuture<AsyncResultSet> answer = this.requests.send(ClusterObserver.Request.WRITE,
				() -> this.session.send(statement));
		this.answers.add(answer.whenComplete((result, failure) -> {
			if (failure != null) {
				this.failed.set(true);
			}
		}));
	}

	/**
	 * Waits until all points are stored.
	 * @throws StorageException if one of them isn't
	 */
	public void await() {
		for (CompletableFuture<AsyncResultSet> answer : this.answers) {
			this.requests.await(answer);
		}
		this.newBuckets.forEach((bucket) -> bucket.series.addBucket(bucket.bucket));
	}

	private record NewBucket(KnownSeries series, long bucket) {
	}

}

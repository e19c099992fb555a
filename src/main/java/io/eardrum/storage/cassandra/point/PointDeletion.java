package io.eardrum.storage.cassandra.point;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.request.Rows;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Deletes the points that series have in a range, with one request for each partition.
 * The deletion has a write timestamp like that of a put. So it hides what was put before,
 * also through another server, as far as the clocks agree, and nothing that is put
 * afterwards. Used by one thread, once.
 */
public final class PointDeletion {

	/** How many answers are kept, for series with very many partitions. */
	private static final int MAX_PENDING = 1000;

	private final ClusterSession session;

	private final Requests requests;

	private final TimeRange range;

	private final long micros;

	/**
	 * Begins a deletion.
	 * @param session the cluster
	 * @param requests sends the requests
	 * @param range the timestamps to delete
	 * @param micros the write timestamp of the deletion
	 */
	public PointDeletion(ClusterSession session, Requests requests, TimeRange range, long micros) {
		this.session = session;
		this.requests = requests;
		this.range = range;
		this.micros = micros;
	}

	/**
	 * Deletes points, and returns when that is done.
	 * @param keys the keys of their series
	 * @throws io.eardrum.storage.StorageException if not all of them could be deleted
	 */
	public void delete(List<SeriesKey> keys) {
		List<CompletableFuture<AsyncResultSet>> buckets = new ArrayList<>();
		for (SeriesKey key : keys) {
			buckets.add(this.requests.send(ClusterObserver.Request.READ, () -> this.session.send(Query.SELECT_BUCKETS,
					Cells.of(key), Cells.of(Buckets.of(this.range.from())), Cells.of(Buckets.of(this.range.to())))));
		}
		List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
		for (int i = 0; i < keys.size(); i++) {
			ByteBuffer key = Cells.of(keys.get(i));
			Iterator<Long> ofSeries = new Rows<>(this.requests, this.requests.await(buckets.get(i)),
					(row) -> Cells.toLong(row, 0));
			while (ofSeries.hasNext()) {
				answers.add(delete(key, ofSeries.next()));
				if (answers.size() >= MAX_PENDING) {
					answers.forEach(this.requests::await);
					answers.clear();
				}
			}
		}
		answers.forEach(this.requests::await);
	}

	private CompletableFuture<AsyncResultSet> delete(ByteBuffer key, long bucket) {
		return this.requests.send(ClusterObserver.Request.WRITE, () -> this.session.send(this.session
			.bind(Query.DELETE_POINTS, key, Cells.of(bucket), Cells.of(this.range.from()), Cells.of(this.range.to()))
			.setQueryTimestamp(this.micros)));
	}

}

package io.eardrum.storage.cassandra.series;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.PageReader;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Iterates over the keys of all series in the order of their first put, page by page.
 * Used by one thread.
 */
public final class SeriesListing implements Iterator<SeriesKey>, AutoCloseable {

	private final PageReader pages;

	private @Nullable AsyncResultSet page;

	/**
	 * Begins to list the series that there are now.
	 * @param session the cluster
	 * @param requests sends the requests
	 * @throws StorageException if the first page can't be fetched
	 */
	public SeriesListing(ClusterSession session, Requests requests) {
		long buckets = bucketCount(nextPlace(session, requests));
		this.pages = new PageReader(requests, new Iterator<>() {

			private long bucket;

			@Override
			public boolean hasNext() {
				return this.bucket < buckets;
			}

			@Override
			public Supplier<CompletionStage<AsyncResultSet>> next() {
				long number = this.bucket++;
				return () -> session.send(Query.SELECT_KEYS, Cells.of(number));
			}

		});
		try {
			this.page = this.pages.next();
		}
		catch (RuntimeException | Error ex) {
			// Some pages may have been fetched ahead.
			close();
			throw ex;
		}
	}

	/**
	 * Returns the next free place. It is higher than the place of every series whose put
	 * was answered before.
	 * @param session the cluster
	 * @param requests sends the requests
	 * @return the place, from 0
	 */
	public static long nextPlace(ClusterSession session, Requests requests) {
		Row row = requests.await(requests.send(ClusterObserver.Request.READ, () -> session.send(Query.SELECT_NEXT)))
			.one();
		return (row != null) ? row.getLong(0) : 0;
	}

	/**
	 * Returns how many buckets of the list are in use.
	 * @param nextPlace the next free place
	 * @return the number of buckets
	 */
	public static long bucketCount(long nextPlace) {
		return (nextPlace == 0) ? 0 : Buckets.ofPlace(nextPlace - 1) + 1;
	}

	@Override
	public boolean hasNext() {
		AsyncResultSet current = this.page;
		while (current != null && current.remaining() == 0) {
			current = this.pages.next();
			this.page = current;
		}
		return current != null;
	}

	@Override
	public SeriesKey next() {
		AsyncResultSet current = hasNext() ? this.page : null;
		Row row = (current != null) ? current.one() : null;
		if (row == null) {
			throw new NoSuchElementException();
		}
		return Cells.toKey(row, 0);
	}

	@Override
	public void close() {
		this.pages.close();
	}

}

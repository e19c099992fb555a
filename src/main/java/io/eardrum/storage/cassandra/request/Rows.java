package io.eardrum.storage.cassandra.request;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;

import io.eardrum.storage.ClusterObserver;

/**
 * Iterates over the rows of a result that is nearly always one page. Used by one thread.
 *
 * @param <T> the type that a row becomes
 */
public final class Rows<T> implements Iterator<T> {

	private final Requests requests;

	private final Function<Row, T> mapping;

	private AsyncResultSet page;

	/**
	 * Creates an iterator.
	 * @param requests limits the requests for further pages
	 * @param page the first page
	 * @param mapping converts a row
	 */
	public Rows(Requests requests, AsyncResultSet page, Function<Row, T> mapping) {
		this.requests = requests;
		this.page = page;
		this.mapping = mapping;
	}

	@Override
	public boolean hasNext() {
		while (this.page.remaining() == 0) {
			if (!this.page.hasMorePages()) {
				return false;
			}
			this.page = this.requests.await(this.requests.send(ClusterObserver.Request.READ, this.page::fetchNextPage));
		}
		return true;
	}

	@Override
	public T next() {
		Row row = hasNext() ? this.page.one() : null;
		if (row == null) {
			throw new NoSuchElementException();
		}
		return this.mapping.apply(row);
	}

}

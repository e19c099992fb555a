package io.eardrum.storage.cassandra.request;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import org.jspecify.annotations.Nullable;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Reads partitions one after the other, page by page, in constant memory. While the
 * caller works on a page, the next one is fetched, or the next partitions if they are
 * small. Used by one thread.
 */
public final class PageReader implements AutoCloseable {

	private static final int MAX_DEPTH = 16;

	/** The number of rows up to which a partition is small. */
	private static final int FEW_ROWS = Query.PAGE_SIZE / 4;

	private final Requests requests;

	private final Prefetcher<AsyncResultSet> partitions;

	private int depth = 1;

	/** The page that was returned last, if its partition has more. */
	private @Nullable AsyncResultSet unfinished;

	/** The page after it, if it was fetched ahead. */
	private @Nullable CompletableFuture<AsyncResultSet> following;

	/**
	 * Creates a reader.
	 * @param requests sends the requests
	 * @param partitions each one requests the first page of a partition
	 */
	public PageReader(Requests requests, Iterator<Supplier<CompletionStage<AsyncResultSet>>> partitions) {
		this.requests = requests;
		this.partitions = new Prefetcher<>(requests, partitions, this.depth);
	}

	/**
	 * Takes a page that was already read, and continues after it.
	 * @param page the first page of the first partition
	 * @return the page
	 */
	public AsyncResultSet startWith(AsyncResultSet page) {
		return goOn(page);
	}

	/**
	 * Returns the next page.
	 * @return the page, which may be empty, or {@code null} after the last one
	 * @throws StorageException if it can't be fetched
	 */
	public @Nullable AsyncResultSet next() {
		AsyncResultSet last = this.unfinished;
		AsyncResultSet page;
		if (last == null) {
			page = this.partitions.next();
		}
		else {
			CompletableFuture<AsyncResultSet> fetched = this.following;
			this.following = null;
			page = (fetched != null) ? takeAhead(fetched)
					: this.requests.await(this.requests.send(ClusterObserver.Request.READ, last::fetchNextPage));
		}
		return (page != null) ? goOn(page) : null;
	}

	private AsyncResultSet takeAhead(CompletableFuture<AsyncResultSet> fetched) {
		try {
			return this.requests.await(fetched);
		}
		finally {
			this.requests.aheadIsOver();
		}
	}

	// The pages show how far to go ahead: many small partitions, or one large one.
	private AsyncResultSet goOn(AsyncResultSet page) {
		if (page.hasMorePages()) {
			this.unfinished = page;
			this.following = this.requests.sendAhead(ClusterObserver.Request.READ, page::fetchNextPage);
			this.depth = 1;
		}
		else {
			this.unfinished = null;
			this.depth = (page.remaining() <= FEW_ROWS) ? Math.min(this.depth * 2, MAX_DEPTH) : 2;
			this.partitions.depth(this.depth);
			this.partitions.fetchAhead();
		}
		return page;
	}

	@Override
	public void close() {
		if (this.following != null) {
			this.following = null;
			this.requests.aheadIsOver();
		}
		this.partitions.close();
	}

}

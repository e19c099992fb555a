package io.eardrum.storage.cassandra.series;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import org.jspecify.annotations.Nullable;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.CongestionException;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * The places that series get in the order of first put. There is one sequence for all
 * servers, and the nodes agree on its next place in a transaction. Used by one thread at
 * a time.
 */
final class PlaceSequence {

	private static final int MAX_ATTEMPTS = 5;

	private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Requests requests;

	private final @Nullable Integer maxSeries;

	private final Duration maxWait;

	/** The sequence as last seen; it never goes back. */
	private long next;

	/**
	 * Creates the access to the sequence.
	 * @param requests sends the requests
	 * @param maxSeries how many places there may be, or {@code null} for any number
	 * @param maxWait how long to try while other servers take places
	 */
	PlaceSequence(Requests requests, @Nullable Integer maxSeries, Duration maxWait) {
		this.requests = requests;
		this.maxSeries = maxSeries;
		this.maxWait = maxWait;
	}

	/**
	 * Returns the end of the places that were taken last.
	 * @return the place after them
	 */
	long next() {
		return this.next;
	}

	/**
	 * Takes places, which end before {@link #next()}.
	 * @param session the cluster
	 * @param wanted how many places
	 * @return how many places were free
	 * @throws StorageException if they can't be taken, or it is not known whether they
	 * were
	 * @throws CongestionException if other servers kept taking places
	 */
	int take(ClusterSession session, int wanted) {
		long deadline = System.nanoTime() + this.maxWait.toNanos();
		for (int attempt = 1;; attempt++) {
			long now = this.next;
			int count = (this.maxSeries != null) ? (int) Math.max(0, Math.min(wanted, this.maxSeries - now)) : wanted;
			if (count == 0) {
				return 0;
			}
			try {
				if (advance(session, now, count)) {
					return count;
				}
			}
			catch (StorageException ex) {
				// It is not known whether the transaction was applied. If it was, these
				// places stay empty.
				if (attempt >= MAX_ATTEMPTS || !(ex.getCause() instanceof DriverException)
						|| System.nanoTime() - deadline > 0) {
					throw ex;
				}
			}
			if (System.nanoTime() - deadline > 0) {
				throw new CongestionException("The cluster is too slow: other servers keep registering series");
			}
			if (attempt > 1) {
				// The first failure only showed the present state of the sequence. After
				// a second one, another server is taking places as well.
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MAX_PAUSE_NANOS));
			}
		}
	}

	private boolean advance(ClusterSession session, long now, int count) {
		AsyncResultSet result = this.requests.await(this.requests.send(ClusterObserver.Request.REGISTER,
				() -> session.send(Query.ADVANCE, Cells.of(now + count), Cells.of(now))));
		if (result.wasApplied()) {
			this.next = now + count;
			return true;
		}
		Row row = result.one();
		if (row != null && row.getColumnDefinitions().contains("next") && !row.isNull("next")) {
			this.next = row.getLong("next");
		}
		else {
			this.requests.await(this.requests.send(ClusterObserver.Request.REGISTER, () -> session.send(Query.BEGIN)));
			this.next = 0;
		}
		return false;
	}

}

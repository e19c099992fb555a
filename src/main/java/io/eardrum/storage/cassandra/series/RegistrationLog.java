package io.eardrum.storage.cassandra.series;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.cluster.ClusterSession;
import io.eardrum.storage.cassandra.request.CongestionException;
import io.eardrum.storage.cassandra.request.Requests;
import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Gives groups of series their places, for all servers, with one transaction a group.
 * <p>
 * The nodes agree on a log, of which they keep the last entry only: a group of keys with
 * their places. A server appends an entry with a transaction that fails if another server
 * has appended one meanwhile. An entry is carried out (its rows are written) before
 * another one replaces it, by its own server, or by the next one that wants to append. So
 * a server that dies in between leaves nothing undone. A key has no place if it had none
 * when all entries up to some version were carried out, and no entry since then has it.
 * Therefore no key gets two places, and no transaction for each key is needed.
 * <p>
 * Safe for any number of threads, one of which appends at a time.
 */
final class RegistrationLog {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationLog.class);

	private static final int MAX_ATTEMPTS = 5;

	/** How many rows of the list are written at once. */
	private static final int LIST_ROWS = 50;

	/**
	 * How far the first version of a log is ahead of the clock. So all rows that were
	 * written before are older, whatever clocks they have been written by.
	 */
	private static final long MARGIN_MICROS = TimeUnit.MINUTES.toMicros(2);

	/** How long another server has time to carry its entry out. */
	private static final int PATIENCE_ROUNDS = 25;

	private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

	private final Requests requests;

	private final @Nullable Integer maxSeries;

	private final Duration maxWait;

	private final Clock clock;

	private final ReentrantLock lock = new ReentrantLock();

	private final RecentEntries recent = new RecentEntries();

	/** Whether the log may have an entry that this server has not seen. */
	private boolean stale = true;

	/** Tells other servers that the last entry has been carried out. */
	private @Nullable CompletableFuture<AsyncResultSet> notice;

	/** All entries up to this version have been carried out. */
	private volatile long carriedOut;

	/**
	 * Creates the access to the log.
	 * @param requests sends the requests
	 * @param maxSeries how many places there may be, or {@code null} for any number
	 * @param maxWait how long to try while other servers append entries
	 * @param clock the clock of this server
	 */
	RegistrationLog(Requests requests, @Nullable Integer maxSeries, Duration maxWait, Clock clock) {
		this.requests = requests;
		this.maxSeries = maxSeries;
		this.maxWait = maxWait;
		this.clock = clock;
	}

	/**
	 * Returns the version as of which a key has no place, if a look-up that begins now
	 * finds none.
	 * @return the version, 0 if it is not known
	 */
	long version() {
		return this.carriedOut;
	}

	/**
	 * Gives series places, unless they have one. When it returns, they are listed.
	 * @param session the cluster
	 * @param absentSince the series without a place, each with the version as of which it
	 * had none
	 * @param alongside returns rows that are written together with that of the key, for
	 * those that are given a place
	 * @return the places; series for which there is no room have none
	 * @throws StorageException if that failed; some of them may have a place
	 * @throws CongestionException if other servers kept appending entries
	 */
	Map<SeriesKey, Long> add(ClusterSession session, Map<SeriesKey, Long> absentSince,
			Function<SeriesKey, List<BatchableStatement<?>>> alongside) {
		Map<SeriesKey, Long> absent = new LinkedHashMap<>(absentSince);
		Map<SeriesKey, Long> places = new LinkedHashMap<>();
		this.lock.lock();
		try {
			Attempts attempts = new Attempts();
			while (true) {
				RegistrationEntry last = catchUp(session);
				places.putAll(takeFound(session, absent, last.version()));
				List<SeriesKey> keys = List.copyOf(absent.keySet()).subList(0, room(last.next(), absent.size()));
				if (keys.isEmpty()) {
					return places;
				}
				RegistrationEntry entry = last.add(nextVersion(last), keys);
				if (append(session, entry, attempts)) {
					carryOut(session, entry, alongside);
					places.putAll(entry.places());
					return places;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes places from series. When it returns, they are no longer listed.
	 * @param session the cluster
	 * @param places the places that they have; series that have another one meanwhile
	 * keep it
	 * @throws StorageException if that failed
	 * @throws CongestionException if other servers kept appending entries
	 */
	void remove(ClusterSession session, Map<SeriesKey, Long> places) {
		this.lock.lock();
		try {
			Attempts attempts = new Attempts();
			while (true) {
				RegistrationEntry last = catchUp(session);
				Map<SeriesKey, Long> present = lookUp(session, List.copyOf(places.keySet()));
				present.entrySet().removeIf((entry) -> !entry.getValue().equals(places.get(entry.getKey())));
				if (present.isEmpty()) {
					return;
				}
				RegistrationEntry entry = last.remove(nextVersion(last), present);
				if (append(session, entry, attempts)) {
					carryOut(session, entry, (key) -> List.of());
					return;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private int room(long next, int wanted) {
		return (this.maxSeries != null) ? (int) Math.max(0, Math.min(wanted, this.maxSeries - next)) : wanted;
	}

	private long nextVersion(RegistrationEntry last) {
		return Math.max(last.version() + 1, TimeUnit.MILLISECONDS.toMicros(this.clock.millis()));
	}

	// Takes those out that have a place, and returns their places.
	private Map<SeriesKey, Long> takeFound(ClusterSession session, Map<SeriesKey, Long> absent, long version) {
		Map<SeriesKey, Long> found = new LinkedHashMap<>();
		List<SeriesKey> unknown = new ArrayList<>();
		absent.forEach((key, since) -> {
			long place = this.recent.place(key, since);
			if (place >= 0) {
				found.put(key, place);
			}
			else if (place == RegistrationEntry.UNKNOWN) {
				unknown.add(key);
			}
		});
		found.putAll(lookUp(session, unknown));
		absent.keySet().removeAll(found.keySet());
		absent.replaceAll((key, since) -> version);
		return found;
	}

	private Map<SeriesKey, Long> lookUp(ClusterSession session, List<SeriesKey> keys) {
		List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
		keys.forEach(
				(key) -> answers.add(send(ClusterObserver.Request.READ, session, Query.CONFIRM_PLACE, Cells.of(key))));
		Map<SeriesKey, Long> places = new LinkedHashMap<>();
		for (int i = 0; i < answers.size(); i++) {
			Row row = this.requests.await(answers.get(i)).one();
			if (row != null) {
				places.put(keys.get(i), Cells.toLong(row, 0));
			}
		}
		return places;
	}

	// Returns the last entry of the log, once it has been carried out.
	private RegistrationEntry catchUp(ClusterSession session) {
		RegistrationEntry last = this.recent.last();
		if (this.stale || last == null) {
			last = read(session);
			this.recent.add(last);
			this.stale = false;
		}
		if (last.version() > this.carriedOut
				&& (last.places().isEmpty() || !awaitCarriedOut(session, last.version()))) {
			carryOut(session, last, (key) -> List.of());
		}
		return last;
	}

	private RegistrationEntry read(ClusterSession session) {
		Row row = await(send(ClusterObserver.Request.READ, session, Query.SELECT_ENTRY));
		if (row == null) {
			RegistrationEntry first = RegistrationEntry.begin(
					TimeUnit.MILLISECONDS.toMicros(this.clock.millis()) + MARGIN_MICROS,
					SeriesListing.nextPlace(session, this.requests));
			await(send(ClusterObserver.Request.REGISTER, session, Query.BEGIN_LOG, Cells.of(first.version()),
					Cells.of(first.previous()), Cells.of(first.next()), first.cell()));
			row = await(send(ClusterObserver.Request.READ, session, Query.SELECT_ENTRY));
		}
		if (row == null) {
			throw new StorageException("The log of registrations can't be begun");
		}
		return RegistrationEntry.of(row);
	}

	// The server that has appended an entry usually carries it out at this moment.
	private boolean awaitCarriedOut(ClusterSession session, long version) {
		for (int round = 0; round < PATIENCE_ROUNDS; round++) {
			Row row = await(send(ClusterObserver.Request.READ, session, Query.SELECT_CARRIED_OUT));
			if (row != null && Cells.toLong(row, 0) >= version) {
				this.carriedOut = version;
				return true;
			}
			LockSupport.parkNanos(PATIENCE_NANOS);
		}
		return false;
	}

	private boolean append(ClusterSession session, RegistrationEntry entry, Attempts attempts) {
		awaitNotice();
		// Until the answer is there, the log may have this entry.
		this.stale = true;
		try {
			AsyncResultSet result = this.requests
				.await(send(ClusterObserver.Request.REGISTER, session, Query.APPEND_ENTRY, Cells.of(entry.version()),
						Cells.of(entry.previous()), Cells.of(entry.next()), entry.cell(), Cells.of(entry.previous())));
			if (result.wasApplied()) {
				this.recent.add(entry);
				this.stale = false;
				return true;
			}
			attempts.lost();
		}
		catch (StorageException ex) {
			attempts.failed(ex);
		}
		return false;
	}

	private void carryOut(ClusterSession session, RegistrationEntry entry,
			Function<SeriesKey, List<BatchableStatement<?>>> alongside) {
		ByteBuffer version = Cells.of(entry.version());
		List<CompletableFuture<AsyncResultSet>> answers = new ArrayList<>();
		List<BatchableStatement<?>> listed = new ArrayList<>();
		long listedBucket = 0;
		for (Map.Entry<SeriesKey, Long> series : entry.places().entrySet()) {
			ByteBuffer key = Cells.of(series.getKey());
			ByteBuffer place = Cells.of(series.getValue());
			List<BatchableStatement<?>> ofKey = new ArrayList<>(alongside.apply(series.getKey()));
			ofKey.add(entry.removes() ? session.bind(Query.REMOVE_KEY, version, key)
					: session.bind(Query.REGISTER_KEY, key, place, version));
			answers.add(write(session, ofKey));
			long bucket = Buckets.ofPlace(series.getValue());
			if (listed.size() == LIST_ROWS || (bucket != listedBucket && !listed.isEmpty())) {
				answers.add(write(session, listed));
				listed = new ArrayList<>();
			}
			listedBucket = bucket;
			ByteBuffer number = Cells.of(bucket);
			listed.add(entry.removes() ? session.bind(Query.REMOVE_PLACE, version, number, place, key)
					: session.bind(Query.REGISTER_PLACE, number, place, key, version));
		}
		if (!listed.isEmpty()) {
			answers.add(write(session, listed));
		}
		answers.add(send(ClusterObserver.Request.WRITE, session, Query.UPDATE_NEXT, version, Cells.of(entry.next())));
		answers.forEach(this.requests::await);
		this.carriedOut = entry.version();
		tellCarriedOut(session, version);
	}

	// Others need not carry it out as well then, but it does no harm if they do. So the
	// answer is only awaited before the next entry.
	private void tellCarriedOut(ClusterSession session, ByteBuffer version) {
		try {
			this.notice = send(ClusterObserver.Request.WRITE, session, Query.UPDATE_CARRIED_OUT, version, version);
		}
		catch (StorageException ex) {
			logger.debug("Another server may carry out the same registration", ex);
		}
	}

	private void awaitNotice() {
		CompletableFuture<AsyncResultSet> sent = this.notice;
		this.notice = null;
		if (sent != null) {
			try {
				this.requests.await(sent);
			}
			catch (StorageException ex) {
				logger.debug("Another server may carry out the same registration", ex);
			}
		}
	}

	private CompletableFuture<AsyncResultSet> write(ClusterSession session, List<BatchableStatement<?>> rows) {
		Statement<?> statement = (rows.size() == 1) ? rows.get(0)
				: BatchStatement.newInstance(DefaultBatchType.UNLOGGED, rows)
					.setConsistencyLevel(DefaultConsistencyLevel.QUORUM)
					.setIdempotent(true);
		return this.requests.send(ClusterObserver.Request.WRITE, () -> session.send(statement));
	}

	private CompletableFuture<AsyncResultSet> send(ClusterObserver.Request kind, ClusterSession session, Query query,
			ByteBuffer... cells) {
		return this.requests.send(kind, () -> session.send(query, cells));
	}

	private @Nullable Row await(CompletableFuture<AsyncResultSet> answer) {
		return this.requests.await(answer).one();
	}

	/**
	 * The attempts to append one entry.
	 */
	private final class Attempts {

		private final long deadline = System.nanoTime() + RegistrationLog.this.maxWait.toNanos();

		private int failures;

		// Another server has appended an entry.
		void lost() {
			if (isOver()) {
				throw new CongestionException("The cluster is too slow: other servers keep registering series");
			}
		}

		// It is not known whether the transaction was applied. The next look at the log
		// shows it.
		void failed(StorageException failure) {
			this.failures++;
			if (this.failures >= MAX_ATTEMPTS || !(failure.getCause() instanceof DriverException) || isOver()) {
				throw failure;
			}
		}

		private boolean isOver() {
			return System.nanoTime() - this.deadline > 0;
		}

	}

}

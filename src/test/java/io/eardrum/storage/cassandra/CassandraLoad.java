package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Measures one node of Cassandra, with the driver alone and behind the store. A program
 * and no test: run it with the class path of the tests and the profile {@code cassandra}.
 * <pre>
 * raw ROWS REQUESTS POINTS          ROWS rows of one partition a request, REQUESTS at once
 * raw-new SERIES REQUESTS           the three requests of a new series, REQUESTS series at once
 * raw-agree SERIES REQUESTS         the same with a transaction instead of the look-up
 * put THREADS SIZE SERIES POINTS    threads that put SIZE points at once, each of its own SERIES series
 * new SERIES                        one put of so many series that are new
 * beside SERIES                     puts of one known series while so many are registered
 * read SERIES POINTS                all series of so many points each
 * </pre>
 */
public final class CassandraLoad {

	private CassandraLoad() {
	}

	public static void main(String[] arguments) throws Exception {
		try (TestKeyspace keyspace = new TestKeyspace("load")) {
			keyspace.drop();
			try (CassandraMetricRepository store = keyspace.open()) {
				int[] numbers = new int[arguments.length];
				for (int i = 1; i < arguments.length; i++) {
					numbers[i] = Integer.parseInt(arguments[i]);
				}
				// The first time warms both sides up.
				for (int round = 0; round < 3; round++) {
					switch (arguments[0]) {
						case "raw" -> raw(numbers[1], numbers[2], numbers[3]);
						case "raw-new" -> rawNew(round, numbers[1], numbers[2], false);
						case "raw-agree" -> rawNew(round, numbers[1], numbers[2], true);
						case "put" -> put(store, numbers[1], numbers[2], numbers[3], numbers[4]);
						case "new" -> register(store, numbers[1], round);
						case "beside" -> beside(store, numbers[1], round);
						case "read" -> read(store, numbers[1], numbers[2]);
						default -> throw new IllegalArgumentException(arguments[0]);
					}
				}
			}
		}
		System.exit(0);
	}

	private static void raw(int rows, int requests, int points) throws InterruptedException {
		try (CqlSession session = TestKeyspace.builder(new CassandraProperties()).build()) {
			PreparedStatement insert = session.prepare(Query.INSERT_POINT.in(CqlIdentifier.fromCql("load")));
			Semaphore turns = new Semaphore(requests);
			AtomicLong failed = new AtomicLong();
			long start = System.nanoTime();
			for (int i = 0; i < points; i += rows) {
				List<BatchableStatement<?>> batch = new ArrayList<>();
				String key = "raw.host" + (i / rows % 1000);
				for (int j = 0; j < rows; j++) {
					batch.add(insert.bind(key, 1L, (long) i + j, (double) j));
				}
				Statement<?> statement = (rows == 1) ? batch.get(0)
						: BatchStatement.newInstance(DefaultBatchType.UNLOGGED, batch);
				turns.acquire();
				session.executeAsync(statement).whenComplete((result, failure) -> {
					turns.release();
					if (failure != null) {
						failed.incrementAndGet();
					}
				});
			}
			turns.acquire(requests);
			report("raw, " + rows + " rows a request, " + requests + " at once", points, start);
			if (failed.get() > 0) {
				System.out.println(failed.get() + " requests failed");
			}
		}
	}

	// What a new series needs at least: a look-up, or a transaction, which finds that it
	// is
	// new, its place with its first bucket, and its point.
	private static void rawNew(int round, int series, int requests, boolean agree) throws InterruptedException {
		CqlIdentifier keyspace = CqlIdentifier.fromCql("load");
		try (CqlSession session = TestKeyspace.builder(new CassandraProperties()).build()) {
			PreparedStatement begin = session.prepare((agree ? Query.INSERT_KEY : Query.SELECT_PLACE).in(keyspace));
			PreparedStatement key = session.prepare("INSERT INTO load.series_by_key (key, place) VALUES (?, ?)");
			PreparedStatement bucket = session.prepare(Query.INSERT_BUCKET.in(keyspace));
			PreparedStatement point = session.prepare(Query.INSERT_POINT.in(keyspace));
			Semaphore turns = new Semaphore(requests);
			AtomicLong failed = new AtomicLong();
			long start = System.nanoTime();
			for (int i = 0; i < series; i++) {
				String name = "rawnew" + round + "." + i;
				long place = i;
				Statement<?> second = agree ? bucket.bind(name, 1L, 0) : BatchStatement
					.newInstance(DefaultBatchType.UNLOGGED, key.bind(name, place), bucket.bind(name, 1L, 0));
				turns.acquire();
				session.executeAsync(agree ? begin.bind(name, place) : begin.bind(name))
					.thenCompose((result) -> session.executeAsync(second))
					.thenCompose((result) -> session.executeAsync(point.bind(name, 1L, 1L, 1.0)))
					.whenComplete((result, failure) -> {
						turns.release();
						if (failure != null) {
							failed.incrementAndGet();
						}
					});
			}
			turns.acquire(requests);
			report("raw, three requests a series, " + (agree ? "with" : "without") + " a transaction, " + requests
					+ " series at once", series, start);
			if (failed.get() > 0) {
				System.out.println(failed.get() + " requests failed");
			}
		}
	}

	private static void put(CassandraMetricRepository store, int threads, int size, int series, int points)
			throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		for (int round = 0; round < 2; round++) {
			int count = (round == 0) ? threads * series : points;
			long start = System.nanoTime();
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				int thread = i;
				running.add(executor.submit(() -> {
					PointBatch batch = new PointBatch();
					for (int j = 0; j < count / threads; j++) {
						batch.add(SeriesKey.of("load.host" + thread + "." + (j % series)), j / series, j);
						if (batch.size() == size) {
							store.put(batch);
							batch.clear();
						}
					}
					store.put(batch);
					return null;
				}));
			}
			for (Future<?> future : running) {
				future.get();
			}
			if (round == 1) {
				report("put, " + threads + " threads, " + size + " points at once, of " + threads * series + " series",
						points, start);
			}
		}
		executor.shutdown();
	}

	private static void register(CassandraMetricRepository store, int series, int round) {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < series; i++) {
			batch.add(SeriesKey.of("new" + round + "." + i), 1, 1);
		}
		long start = System.nanoTime();
		store.put(batch);
		report("new series in one put", series, start);
		start = System.nanoTime();
		store.put(batch);
		report("the same series again", series, start);
	}

	private static void beside(CassandraMetricRepository store, int series, int round) throws Exception {
		PointBatch known = new PointBatch();
		known.add(SeriesKey.of("known"), 1, 1);
		store.put(known);
		ExecutorService executor = Executors.newSingleThreadExecutor();
		Future<?> registering = executor.submit(() -> register(store, series, round));
		List<Long> micros = new ArrayList<>();
		while (!registering.isDone()) {
			long start = System.nanoTime();
			store.put(known);
			micros.add((System.nanoTime() - start) / 1000);
		}
		executor.shutdown();
		micros.sort(null);
		System.out.printf("puts beside: %d, median %.1f ms, 99 %% within %.1f ms%n", micros.size(),
				micros.get(micros.size() / 2) / 1e3, micros.get(micros.size() * 99 / 100) / 1e3);
	}

	private static void read(CassandraMetricRepository store, int series, int points) throws IOException {
		PointBatch batch = new PointBatch();
		for (int i = 0; i < series; i++) {
			for (int j = 0; j < points; j++) {
				batch.add(SeriesKey.of("load.host" + i), 1_800_000_000L + j * 10L, j);
				if (batch.size() == 10_000) {
					store.put(batch);
					batch.clear();
				}
			}
		}
		store.put(batch);
		long[] count = { 0 };
		long start = System.nanoTime();
		store.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> count[0] += to - from);
		report("read all of " + series + " series", count[0], start);
		start = System.nanoTime();
		store.forEachLast((key) -> true, (key, last) -> {
		});
		report("last points", series, start);
		start = System.nanoTime();
		store.forEachKey((key) -> {
		});
		report("keys", series, start);
	}

	private static void report(String what, long count, long startNanos) {
		double seconds = (System.nanoTime() - startNanos) / 1e9;
		System.out.printf("%s: %d in %.2f s, %.0f/s%n", what, count, seconds, count / seconds);
	}

}

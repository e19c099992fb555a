package io.eardrum.storage.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import org.springframework.boot.cassandra.autoconfigure.CassandraProperties;

import io.eardrum.storage.cassandra.table.Cells;
import io.eardrum.storage.cassandra.table.Query;

/**
 * Reads series with the driver alone, as many at once as clients of a server would: the
 * yardstick for what a server in front of the same node answers. A program and no test:
 * run it with the class path of the tests, and {@code -Deardrum.cassandra.port} for a
 * node that runs already. <pre>
 * KEYSPACE SECONDS CLIENTSxDEPTH...   the series of a keyspace; each client sends DEPTH reads,
 *                                     and the next ones when all of them are answered
 * </pre> It prints two rates for each shape: of series for which the buckets are asked
 * for first, as {@code get} has to, and of single partitions.
 */
public final class DriverReads {

	private static final int MAX_SERIES = 10_000;

	private final CqlSession session;

	private final PreparedStatement selectBuckets;

	private final PreparedStatement selectPoints;

	private final List<Series> series = new ArrayList<>();

	private DriverReads(CqlSession session, CqlIdentifier keyspace) {
		this.session = session;
		this.selectBuckets = session.prepare(Query.SELECT_BUCKETS.in(keyspace));
		this.selectPoints = session.prepare(Query.SELECT_POINTS.in(keyspace));
		for (Row row : session.execute("SELECT key, bucket FROM " + keyspace.asCql(true) + ".buckets")) {
			this.series.add(new Series(Cells.of(Cells.toKey(row, 0)), Cells.toLong(row, 1)));
			if (this.series.size() == MAX_SERIES) {
				break;
			}
		}
	}

	public static void main(String[] arguments) throws InterruptedException {
		try (CqlSession session = TestKeyspace.builder(new CassandraProperties()).build()) {
			DriverReads reads = new DriverReads(session, CqlIdentifier.fromCql(arguments[0]));
			double seconds = Double.parseDouble(arguments[1]);
			for (String shape : Arrays.asList(arguments).subList(2, arguments.length)) {
				String[] numbers = shape.split("x", 2);
				int clients = Integer.parseInt(numbers[0]);
				int depth = Integer.parseInt(numbers[1]);
				for (boolean whole : new boolean[] { true, false }) {
					// The first time warms both sides up.
					reads.run(clients, depth, whole, seconds / 2);
					reads.run(clients, depth, whole, seconds)
						.report(shape + (whole ? ", buckets and points" : ", one partition"), seconds);
				}
			}
		}
		System.exit(0);
	}

	private Tally run(int clients, int depth, boolean whole, double seconds) throws InterruptedException {
		long end = System.nanoTime() + (long) (seconds * 1e9);
		List<Thread> threads = new ArrayList<>();
		Tally tally = new Tally();
		for (int i = 0; i < clients; i++) {
			// A thread for each client costs less than the server's, which also parses.
			Thread thread = new Thread(() -> {
				while (System.nanoTime() < end) {
					tally.add(window(depth, whole), depth);
				}
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		return tally;
	}

	private long window(int depth, boolean whole) {
		long start = System.nanoTime();
		CompletableFuture<?>[] answers = new CompletableFuture<?>[depth];
		for (int i = 0; i < depth; i++) {
			Series one = this.series.get(ThreadLocalRandom.current().nextInt(this.series.size()));
			answers[i] = (whole ? readWhole(one.key) : points(one.key, one.bucket)).toCompletableFuture();
		}
		CompletableFuture.allOf(answers).join();
		return System.nanoTime() - start;
	}

	private CompletionStage<AsyncResultSet> readWhole(ByteBuffer key) {
		return send(this.selectBuckets, key, Cells.of(Long.MIN_VALUE), Cells.of(Long.MAX_VALUE))
			.thenCompose((buckets) -> {
				Row first = buckets.one();
				return (first != null) ? points(key, Cells.toLong(first, 0))
						: CompletableFuture.completedStage(buckets);
			});
	}

	private CompletionStage<AsyncResultSet> points(ByteBuffer key, long bucket) {
		return send(this.selectPoints, key, Cells.of(bucket), Cells.of(Long.MIN_VALUE), Cells.of(Long.MAX_VALUE));
	}

	private CompletionStage<AsyncResultSet> send(PreparedStatement statement, ByteBuffer... cells) {
		BoundStatementBuilder builder = statement.boundStatementBuilder();
		for (int i = 0; i < cells.length; i++) {
			builder = builder.setBytesUnsafe(i, cells[i]);
		}
		return this.session.executeAsync(builder.build());
	}

	private record Series(ByteBuffer key, long bucket) {
	}

	private static final class Tally {

		private long[] nanos = new long[1 << 10];

		private int windows;

		private long reads;

		private synchronized void add(long took, int depth) {
			if (this.windows == this.nanos.length) {
				this.nanos = Arrays.copyOf(this.nanos, 2 * this.windows);
			}
			this.nanos[this.windows] = took;
			this.windows++;
			this.reads += depth;
		}

		private synchronized void report(String what, double seconds) {
			Arrays.sort(this.nanos, 0, this.windows);
			System.out.printf("%s: %.0f/s, p50 %.1f ms, p99 %.1f ms%n", what, this.reads / seconds, quantile(0.5),
					quantile(0.99));
		}

		private double quantile(double share) {
			return this.nanos[(int) (share * (this.windows - 1))] / 1e6;
		}

	}

}

package io.eardrum.storage.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import io.eardrum.metric.PointBatch;

/**
 * How many points a millisecond the store takes from one writer, and from sixteen that
 * meet at the lock of the committer and the heads. Checkpoints run beside them, as they
 * do in a server.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoreBenchmark {

	private static final AtomicInteger WRITERS = new AtomicInteger();

	/** How many points a batch has: each writer's series are its own. */
	@Param({ "1", "16", "500" })
	int depth = 1;

	private final int writer = WRITERS.getAndIncrement();

	private final PointBatch batch = new PointBatch();

	private long timestamp = 1_150_864_247L;

	@Benchmark
	public void putByOneWriter(Store store, Points points) {
		put(store, points);
	}

	@Benchmark
	@Threads(16)
	public void putBySixteenWriters(Store store, Points points) {
		put(store, points);
	}

	private void put(Store store, Points points) {
		this.batch.clear();
		this.timestamp++;
		for (int i = 0; i < this.depth; i++) {
			byte[] key = store.keys[(this.writer * this.depth + i) % store.keys.length];
			this.batch.add(key, 0, key.length, this.timestamp, i);
		}
		store.store.repository().put(this.batch);
		points.stored += this.depth;
	}

	/**
	 * What is counted beside the calls.
	 */
	@State(Scope.Thread)
	@AuxCounters(AuxCounters.Type.OPERATIONS)
	public static class Points {

		public long stored;

	}

	/**
	 * The store that all writers share.
	 */
	@State(Scope.Benchmark)
	public static class Store {

		private final TemporaryStore store = new TemporaryStore();

		private final byte[][] keys = new byte[8000][];

		public Store() {
			for (int i = 0; i < this.keys.length; i++) {
				this.keys[i] = ("palm.host" + i + ".cpu.user").getBytes(StandardCharsets.US_ASCII);
			}
		}

		@TearDown
		public void close() throws IOException {
			this.store.close();
		}

	}

}

package io.eardrum.storage.embedded.head;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.eardrum.metric.SeriesKey;

/**
 * What it takes to append a point to the heads of 1000 series, 200 points each until a
 * checkpoint drops them, in nanoseconds. What is allocated is the memory of the heads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeadBenchmark {

	private static final int SERIES = 1000;

	private static final int POINTS_EACH = 200;

	private static final int POINTS = SERIES * POINTS_EACH;

	private final Heads heads = new Heads();

	private final Series[] series = new Series[SERIES];

	public HeadBenchmark() {
		for (int i = 0; i < SERIES; i++) {
			byte[] key = ("palm.host" + i).getBytes(StandardCharsets.US_ASCII);
			this.series[i] = Series.withoutChunks(SeriesKey.of(key, 0, key.length), i, 0);
		}
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public long appendInOrder() {
		return append(1);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public long appendLate() {
		return append(-1);
	}

	private long append(int step) {
		long grown = 0;
		for (int i = 0; i < POINTS_EACH; i++) {
			for (Series each : this.series) {
				grown += this.heads.append(each, 1_150_864_247L + (long) i * step, i);
			}
		}
		this.heads.drop(this.heads.freeze(0));
		return grown;
	}

}

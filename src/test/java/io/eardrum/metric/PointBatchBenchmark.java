package io.eardrum.metric;

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

/**
 * What it takes to add a point to a batch, in nanoseconds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PointBatchBenchmark {

	private static final int POINTS = 500;

	private static final int KEY_LENGTH = 23;

	private final byte[] keys = "palm.host00001.cpu.user".repeat(POINTS).getBytes(StandardCharsets.US_ASCII);

	private final PointBatch batch = new PointBatch();

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public PointBatch add() {
		this.batch.clear();
		for (int i = 0; i < POINTS; i++) {
			this.batch.add(this.keys, i * KEY_LENGTH, KEY_LENGTH, 1_150_864_247L + i, 23.7);
		}
		return this.batch;
	}

}

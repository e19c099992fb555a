package io.eardrum.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
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
import io.eardrum.protocol.number.NumberWriter;

/**
 * What it takes to write values, and rows of a reply. All figures are nanoseconds a value
 * or row.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FormattingBenchmark {

	private static final int POINTS = 1024;

	private final byte[] target = new byte[NumberWriter.MAX_VALUE_LENGTH];

	private final ReplyWriter replies = new ReplyWriter(OutputStream.nullOutputStream());

	private final SeriesKey key = SeriesKey.of(ascii("palm.host00001.cpu.user", 1), 0, 23);

	private final long[] timestamps = new long[POINTS];

	private final double[] fewDecimals = new double[POINTS];

	private final double[] manyDigits = new double[POINTS];

	public FormattingBenchmark() {
		SplittableRandom random = new SplittableRandom(1);
		for (int i = 0; i < POINTS; i++) {
			this.timestamps[i] = 1_150_864_247L + i * 10L;
			this.fewDecimals[i] = random.nextInt(1000) / 10.0;
			this.manyDigits[i] = random.nextDouble(1000);
		}
	}

	static byte[] ascii(String line, int times) {
		return line.repeat(times).getBytes(StandardCharsets.US_ASCII);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public int valueOfOneDecimal() {
		return values(this.fewDecimals);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public int valueOfSeventeenDigits() {
		return values(this.manyDigits);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public void row() throws IOException {
		this.replies.rows(this.key, this.timestamps, this.fewDecimals, 0, POINTS);
	}

	private int values(double[] values) {
		int sum = 0;
		for (double value : values) {
			sum += NumberWriter.writeValue(value, this.target, 0);
		}
		return sum;
	}

}

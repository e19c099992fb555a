package io.eardrum.protocol;

import java.io.IOException;
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

import io.eardrum.protocol.fixture.PutFrames;

/**
 * What it takes to read a put, of a frame of many, and how that grows with its value's
 * digits. All figures are nanoseconds a put.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ParsingBenchmark {

	private static final int POINTS = 500;

	private final CommandParser parser = new CommandParser(ProtocolLimits.DEFAULTS);

	private final byte[] plain = new PutFrames(POINTS, 0, POINTS).bytes();

	/** Two blanks between words, so that each line takes the general way. */
	private final byte[] general = FormattingBenchmark.ascii("put  palm.host00001.cpu.user 23.7 1150864247\n", POINTS);

	private final byte[] longValues = FormattingBenchmark
		.ascii("put palm.host00001.cpu.user 0.30000000000000004 1150864247\n", POINTS);

	private final byte[] wrong = FormattingBenchmark.ascii("got palm.host00001.cpu.user 23.7 1150864247\n", POINTS);

	private final Sum sum = new Sum();

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public double put() throws IOException {
		return parse(this.plain);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public double putOfSeventeenDigits() throws IOException {
		return parse(this.longValues);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public double putTheGeneralWay() throws IOException {
		return parse(this.general);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public double wrongCommand() throws IOException {
		return parse(this.wrong);
	}

	private double parse(byte[] frame) throws IOException {
		this.parser.parse(frame, 0, frame.length, this.sum);
		return this.sum.value;
	}

	/**
	 * Uses all that is read, and keeps nothing.
	 */
	private static final class Sum implements CommandHandler {

		private double value;

		@Override
		public void put(byte[] source, int keyOffset, int keyLength, long timestamp, double number) {
			this.value += keyOffset + keyLength + timestamp + number;
		}

		@Override
		public void get(byte[] source, int keyOffset, int keyLength) {
			this.value += keyLength;
		}

		@Override
		public void getAll() {
			this.value++;
		}

		@Override
		public void wrong(Command command, ErrorReason reason) {
			this.value--;
		}

	}

}

package io.eardrum.server.command;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

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
import org.openjdk.jmh.annotations.Warmup;

import io.eardrum.protocol.fixture.PutFrames;
import io.eardrum.server.fixture.DiskPath;
import io.eardrum.server.fixture.PutPath;
import io.eardrum.storage.memory.MemoryMetricRepository;

/**
 * How many frames and points a millisecond get from their bytes into a store and their
 * replies into a buffer, on one thread. The points are new ones each time, so the memory
 * that is allocated is theirs; {@link #overwriteInMemory} shows what else there is.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PutPathBenchmark {

	private static final int SERIES = 1000;

	/** How many puts a frame has. */
	@Param({ "1", "16", "500" })
	int depth = 1;

	@Benchmark
	public void overwriteInMemory(Memory memory, Frames frames, Points points) throws IOException {
		memory.path.execute(frames.of(this.depth).bytes());
		points.stored += this.depth;
	}

	@Benchmark
	public void putOnDisk(DiskPath disk, Frames frames, Points points) throws IOException {
		disk.path().execute(frames.of(this.depth).later());
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
	 * Frames that together put to all series.
	 */
	@State(Scope.Thread)
	public static class Frames {

		private PutFrames[] frames = {};

		private int next;

		PutFrames of(int depth) {
			if (this.frames.length == 0) {
				this.frames = new PutFrames[SERIES / depth];
				for (int i = 0; i < this.frames.length; i++) {
					this.frames[i] = new PutFrames(depth, i * depth, depth);
				}
			}
			this.next = (this.next + 1) % this.frames.length;
			return this.frames[this.next];
		}

	}

	/**
	 * The store in memory.
	 */
	@State(Scope.Thread)
	public static class Memory {

		private final PutPath path = new PutPath(new MemoryMetricRepository());

	}

}

package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import io.eardrum.protocol.fixture.PutFrames;
import io.eardrum.server.fixture.DiskPath;

/**
 * Measures how long the answer to a {@code get} of one key takes, in nanoseconds: from
 * the bytes of its line, through the embedded store, to the bytes of its reply, on one
 * thread. The points are either all in heads, or all in chunks, which RocksDB then has in
 * its cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GetPathBenchmark {

	private static final int SERIES = 100;

	/** How many points a series has. 2048 make a full chunk. */
	@Param({ "1", "60", "2048" })
	int points = 1;

	@Param({ "heads", "chunks" })
	String from = "heads";

	private final byte[][] gets = new byte[SERIES][];

	private final DiskPath disk = new DiskPath();

	private int next;

	@Setup
	public void fill() throws IOException {
		PutFrames frames = new PutFrames(SERIES, 0, SERIES);
		for (int i = 0; i < this.points; i++) {
			this.disk.path().execute(frames.later());
		}
		if (this.disk.path().stored() != (long) this.points * SERIES) {
			throw new IllegalStateException(this.disk.path().stored() + " points are stored");
		}
		if (this.from.equals("chunks")) {
			this.disk.moveToChunks();
		}
		for (int i = 0; i < SERIES; i++) {
			this.gets[i] = String.format("get palm.host%05d.cpu.user\n", i).getBytes(StandardCharsets.US_ASCII);
		}
	}

	@Benchmark
	public void getOneSeries() throws IOException {
		this.next = (this.next + 1) % SERIES;
		this.disk.path().execute(this.gets[this.next]);
	}

	@TearDown
	public void close() throws IOException {
		// A get of a series that is not there would be quick.
		long returned = this.disk.path().returned();
		this.disk.close();
		if (returned == 0) {
			throw new IllegalStateException("no points were read");
		}
	}

}

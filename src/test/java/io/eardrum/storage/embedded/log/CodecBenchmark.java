package io.eardrum.storage.embedded.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.ChunkDecoder;
import io.eardrum.storage.embedded.codec.ChunkEncoder;
import io.eardrum.storage.embedded.codec.PointColumns;
import io.eardrum.storage.embedded.head.Series;

/**
 * What it takes to bring a point into a chunk and a record of the log, and back, in
 * nanoseconds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark implements PutRecord.Target {

	private static final int POINTS = 2048;

	/** Values as gauges have them, or of which every bit counts. */
	@Param({ "decimals", "random" })
	String values = "decimals";

	private final PointColumns points = new PointColumns(POINTS);

	private final PointColumns decoded = new PointColumns(POINTS);

	private final ChunkEncoder encoder = new ChunkEncoder();

	private final ChunkDecoder decoder = new ChunkDecoder();

	private final ByteWriter target = new ByteWriter(1 << 16);

	private final ByteReader reader = new ByteReader();

	private final PointBatch batch = new PointBatch();

	private final Series[] series = new Series[POINTS];

	private byte[] chunk = {};

	private int chunkLength;

	private byte[] record = {};

	private int recordLength;

	private double sum;

	@Setup
	public void setUp() {
		SplittableRandom random = new SplittableRandom(1);
		byte[] key = "palm.host00001.cpu.user".getBytes(StandardCharsets.US_ASCII);
		Series one = Series.withoutChunks(SeriesKey.of(key, 0, key.length), 17, 0);
		for (int i = 0; i < POINTS; i++) {
			double value = this.values.equals("random") ? random.nextDouble() : random.nextInt(1000) / 10.0;
			this.points.add(1_150_864_247L + i * 10L, value);
			this.batch.add(key, 0, key.length, 1_150_864_247L + i * 10L, value);
			this.series[i] = one;
		}
		encodeChunk();
		this.chunkLength = this.target.size();
		this.chunk = Arrays.copyOf(this.target.buffer(), this.chunkLength + ByteReader.SLACK);
		encodeRecord();
		this.recordLength = this.target.size();
		this.record = Arrays.copyOf(this.target.buffer(), this.recordLength + ByteReader.SLACK);
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public ByteWriter encodeChunk() {
		this.target.clear();
		this.encoder.encode(this.points, 0, POINTS, this.target);
		return this.target;
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public PointColumns decodeChunk() {
		this.decoded.clear();
		this.decoder.decode(this.chunk, this.chunkLength, this.decoded);
		return this.decoded;
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public ByteWriter encodeRecord() {
		this.target.clear();
		PutRecord.encode(this.batch, this.series, this.target);
		return this.target;
	}

	@Benchmark
	@OperationsPerInvocation(POINTS)
	public double decodeRecord() {
		this.reader.reset(this.record, this.recordLength);
		PutRecord.decode(this.reader, this);
		return this.sum;
	}

	@Override
	public void accept(int number, long timestamp, double value) {
		this.sum += value;
	}

	@Override
	public void delete(int number, long from, long to, boolean removed) {
		throw new IllegalStateException("the record has points");
	}

}

package io.eardrum.storage.embedded.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eardrum.fuzz.FuzzInput;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.head.Series;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link PutRecord} returns what was written, and makes of any
 * other bytes either points or a {@link CorruptStoreException}, and never more points
 * than there are bytes for.
 */
public final class PutRecordFuzz {

	private static final SeriesKey KEY = SeriesKey.of("k");

	/** Those of a series, a difference and a value. */
	private static final int LEAST_BYTES_PER_POINT = 10;

	private PutRecordFuzz() {
	}

	/**
	 * Tries one input twice: as a record, and as what a record is to be made of.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		List<LoggedPoint> points;
		try {
			points = decode(data, data.length);
			assertThat(points.size()).isLessThanOrEqualTo(data.length / LEAST_BYTES_PER_POINT);
			assertComesBack(points);
		}
		catch (CorruptStoreException ex) {
			// That is one of the two answers.
		}
		FuzzInput input = new FuzzInput(data);
		points = new ArrayList<>();
		while (input.hasMore()) {
			int kind = input.nextByte();
			int series = ((kind & 1) == 0) ? input.nextByte() : (int) (input.nextLong() & Integer.MAX_VALUE);
			long timestamp = ((kind & 2) == 0) ? input.nextByte() : input.nextLong();
			points.add(new LoggedPoint(series, timestamp, input.nextLong()));
		}
		assertComesBack(points);
	}

	private static void assertComesBack(List<LoggedPoint> points) {
		PointBatch batch = new PointBatch();
		Series[] series = new Series[points.size()];
		for (int i = 0; i < series.length; i++) {
			LoggedPoint point = points.get(i);
			series[i] = Series.withoutChunks(KEY, point.series(), 0);
			batch.add(KEY, point.timestamp(), Double.longBitsToDouble(point.bits()));
		}
		ByteWriter writer = new ByteWriter(16);
		PutRecord.encode(batch, series, writer);
		assertThat(decode(writer.toByteArray(), writer.size())).isEqualTo(points);
	}

	private static List<LoggedPoint> decode(byte[] bytes, int length) {
		ByteReader reader = new ByteReader();
		reader.reset(Arrays.copyOf(bytes, length + ByteReader.SLACK), length);
		List<LoggedPoint> points = new ArrayList<>();
		PutRecord.decode(reader, (series, timestamp, value) -> points
			.add(new LoggedPoint(series, timestamp, Double.doubleToRawLongBits(value))));
		return points;
	}

	private record LoggedPoint(int series, long timestamp, long bits) {
	}

}

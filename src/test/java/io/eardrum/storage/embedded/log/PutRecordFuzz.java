package io.eardrum.storage.embedded.log;

import java.util.ArrayList;
import java.util.List;

import io.eardrum.fuzz.FuzzInput;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.embedded.log.DecodedRecord.LoggedDeletion;
import io.eardrum.storage.embedded.log.DecodedRecord.LoggedPoint;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target for the fuzzer: {@link PutRecord} returns what was written, and makes of any
 * other bytes either points or a {@link CorruptStoreException}, and never more points
 * than there are bytes for.
 */
public final class PutRecordFuzz {

	private static final SeriesKey KEY = SeriesKey.of("k");

	private PutRecordFuzz() {
	}

	/**
	 * Tries one input twice: as a record, and as what a record is to be made of.
	 * @param data the input
	 */
	public static void fuzzerTestOneInput(byte[] data) {
		try {
			List<DecodedRecord.Entry> entries = DecodedRecord.of(data, data.length);
			assertThat(entries.size()).isLessThanOrEqualTo(data.length);
			assertComesBack(entries);
		}
		catch (CorruptStoreException ex) {
			// That is one of the two answers.
		}
		FuzzInput input = new FuzzInput(data);
		boolean deletion = (input.nextByte() & 1) == 0;
		long from = input.nextLong();
		long to = Math.max(from, input.nextLong());
		List<DecodedRecord.Entry> entries = new ArrayList<>();
		while (input.hasMore()) {
			int kind = input.nextByte();
			int series = ((kind & 1) == 0) ? input.nextByte() : (int) (input.nextLong() & Integer.MAX_VALUE);
			long timestamp = ((kind & 2) == 0) ? input.nextByte() : input.nextLong();
			entries.add(deletion ? new LoggedDeletion(series, from, to, (from & 1) == 0)
					: new LoggedPoint(series, timestamp, input.nextLong()));
		}
		assertComesBack(entries);
	}

	private static void assertComesBack(List<DecodedRecord.Entry> entries) {
		ByteWriter writer = new ByteWriter(16);
		if (!entries.isEmpty() && entries.get(0) instanceof LoggedDeletion deletion) {
			PutRecord.encodeDeletion(entries.stream().mapToInt((entry) -> ((LoggedDeletion) entry).series()).toArray(),
					deletion.from(), deletion.to(), deletion.removed(), writer);
		}
		else {
			encodePoints(entries, writer);
		}
		assertThat(DecodedRecord.of(writer.toByteArray(), writer.size())).isEqualTo(entries);
	}

	private static void encodePoints(List<DecodedRecord.Entry> entries, ByteWriter writer) {
		PointBatch batch = new PointBatch();
		Series[] series = new Series[entries.size()];
		for (int i = 0; i < series.length; i++) {
			LoggedPoint point = (LoggedPoint) entries.get(i);
			series[i] = Series.withoutChunks(KEY, point.series(), 0);
			batch.add(KEY, point.timestamp(), Double.longBitsToDouble(point.bits()));
		}
		PutRecord.encode(batch, series, writer);
	}

}

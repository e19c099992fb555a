package io.eardrum.storage.embedded.log;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.codec.ByteReader;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.codec.CorruptStoreException;
import io.eardrum.storage.embedded.head.Series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PutRecord}. What it writes and reads in good order is tried by
 * {@code StoreModelTests}, and anything else by {@link PutRecordFuzz}.
 */
class PutRecordTests {

	@Test
	void recordWithANegativeNumberOfPointsIsDamage() {
		ByteWriter record = new ByteWriter(16);
		record.writeVarint(-1);
		ByteReader reader = new ByteReader();
		reader.reset(record.buffer(), record.size());
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> PutRecord.decode(reader, (series, timestamp, value) -> {
			}))
			.withMessage("a record of the log has -1 points");
	}

	@Test
	void recordLeavesRefusedPointsOut() {
		SeriesKey key = SeriesKey.of("a");
		Series series = Series.withoutChunks(key, 7, 0);
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 4; i++) {
			batch.add(key, 100 - i, i);
		}
		batch.refuse(0, PointBatch.Refusal.TOO_MANY_SERIES);
		batch.refuse(2, PointBatch.Refusal.TOO_MANY_SERIES);
		ByteWriter record = new ByteWriter(16);
		PutRecord.encode(batch, new @Nullable Series[] { null, series, null, series }, record);
		ByteReader reader = new ByteReader();
		reader.reset(record.buffer(), record.size());
		List<String> points = new ArrayList<>();
		PutRecord.decode(reader, (number, timestamp, value) -> points.add(number + " " + timestamp + " " + value));
		assertThat(points).containsExactly("7 99 1.0", "7 97 3.0");
	}

}

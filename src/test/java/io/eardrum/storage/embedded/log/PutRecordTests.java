package io.eardrum.storage.embedded.log;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
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
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> DecodedRecord.of(record.buffer(), record.size()))
			.withMessage("a record of the log has -1 points");
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, Integer.MAX_VALUE + 1L })
	void seriesThatCannotBeIsDamage(long series) {
		ByteWriter record = new ByteWriter(16);
		record.writeVarint(1);
		record.writeVarint(series);
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> DecodedRecord.of(record.buffer(), record.size()))
			.withMessage("a record of the log names series " + series);
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
		assertThat(DecodedRecord.of(record.buffer(), record.size())).containsExactly(
				new DecodedRecord.LoggedPoint(7, 99, Double.doubleToRawLongBits(1)),
				new DecodedRecord.LoggedPoint(7, 97, Double.doubleToRawLongBits(3)));
	}

	@Test
	void recordOfADeletionComesBack() {
		ByteWriter record = new ByteWriter(16);
		PutRecord.encodeDeletion(new int[] { 3, Integer.MAX_VALUE }, Long.MIN_VALUE, -5, true, record);
		assertThat(DecodedRecord.of(record.buffer(), record.size())).containsExactly(
				new DecodedRecord.LoggedDeletion(3, Long.MIN_VALUE, -5, true),
				new DecodedRecord.LoggedDeletion(Integer.MAX_VALUE, Long.MIN_VALUE, -5, true));
	}

	@Test
	void deletionThatEndsBeforeItBeginsIsDamage() {
		ByteWriter record = new ByteWriter(16);
		PutRecord.encodeDeletion(new int[] { 3 }, 2, 1, false, record);
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> DecodedRecord.of(record.buffer(), record.size()))
			.withMessage("a record of the log deletes from 2 to 1");
	}

	@Test
	void cutOrUnknownDeletionIsDamage() {
		ByteWriter record = new ByteWriter(16);
		PutRecord.encodeDeletion(new int[] { 3, 4 }, 1, 2, false, record);
		for (int length = 2; length < record.size(); length++) {
			int cut = length;
			assertThatExceptionOfType(CorruptStoreException.class)
				.isThrownBy(() -> DecodedRecord.of(record.buffer(), cut));
		}
		byte[] unknown = record.toByteArray();
		unknown[1] = 3;
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> DecodedRecord.of(unknown, unknown.length))
			.withMessage("a record of the log is of an unknown kind: 3");
	}

}

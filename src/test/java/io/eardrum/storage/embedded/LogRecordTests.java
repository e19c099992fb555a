package io.eardrum.storage.embedded;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LogRecord}. What it writes and reads in good order is tried by
 * {@link StoreModelTests}, and anything else by {@link LogRecordFuzz}.
 */
class LogRecordTests {

	@Test
	void recordWithANegativeNumberOfPointsIsDamage() {
		ByteWriter record = new ByteWriter(16);
		record.writeVarint(-1);
		ByteReader reader = new ByteReader();
		reader.reset(record.buffer(), record.size());
		assertThatExceptionOfType(CorruptStoreException.class)
			.isThrownBy(() -> LogRecord.decode(reader, (series, timestamp, value) -> {
			}))
			.withMessage("a record of the log has -1 points");
	}

}

package io.eardrum.storage.cassandra.table;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Expiry}.
 */
class ExpiryTests {

	private static final long NOW = 1_800_000_000;

	private static final long HOUR = 3600;

	/** 2038-01-19T03:14:06Z. */
	private static final long LAST_SECOND = 2_147_483_646;

	@Test
	void pointsAreKeptByTheirTimestamps() {
		assertThat(Expiry.seconds(NOW, HOUR, NOW)).isEqualTo(3601);
		assertThat(Expiry.seconds(NOW - 100, HOUR, NOW)).isEqualTo(3501);
		assertThat(Expiry.seconds(NOW + 100, HOUR, NOW)).isEqualTo(3701);
	}

	@Test
	void pointIsThereInItsLastSecondAndOverInTheNext() {
		assertThat(Expiry.seconds(NOW - HOUR, HOUR, NOW)).isEqualTo(1);
		assertThat(Expiry.seconds(NOW - HOUR - 1, HOUR, NOW)).isEqualTo(Expiry.OVER);
		assertThat(Expiry.seconds(Long.MIN_VALUE, HOUR, NOW)).isEqualTo(Expiry.OVER);
		assertThat(Expiry.seconds(-1, HOUR, NOW)).isEqualTo(Expiry.OVER);
	}

	@Test
	void withoutRetentionNothingExpires() {
		assertThat(Expiry.seconds(NOW, 0, NOW)).isEqualTo(Expiry.NEVER);
		assertThat(Expiry.seconds(Long.MIN_VALUE, 0, NOW)).isEqualTo(Expiry.NEVER);
	}

	@Test
	void timestampsInMillisecondsAreInTheFuture() {
		assertThat(Expiry.seconds(NOW * 1000, HOUR, NOW)).isEqualTo(Expiry.NEVER);
		assertThat(Expiry.seconds(Long.MAX_VALUE, Long.MAX_VALUE, NOW)).isEqualTo(Expiry.NEVER);
	}

	@Test
	void whatCassandraCantSayStays() {
		long left = LAST_SECOND - NOW;
		assertThat(Expiry.seconds(NOW, left - 1, NOW)).isEqualTo(left);
		assertThat(Expiry.seconds(NOW, left, NOW)).isEqualTo(Expiry.NEVER);
		// More than 20 years, though it ends before 2038.
		long past = 1_000_000_000;
		assertThat(Expiry.seconds(past, 630_720_000 - 1, past)).isEqualTo(630_720_000);
		assertThat(Expiry.seconds(past, 630_720_000, past)).isEqualTo(Expiry.NEVER);
	}

	@Test
	void endlessRetentionIsNoOverflow() {
		assertThat(Expiry.seconds(NOW, Long.MAX_VALUE, NOW)).isEqualTo(Expiry.NEVER);
		assertThat(Expiry.seconds(0, Long.MAX_VALUE, NOW)).isEqualTo(Expiry.NEVER);
		assertThat(Expiry.seconds(NOW - 800_000_000, 900_000_000, NOW)).as("a century, nearly over")
			.isEqualTo(Expiry.NEVER);
	}

	@Test
	void bucketOutlivesItsPoints() {
		for (long timestamp : new long[] { NOW - HOUR, NOW - 7, NOW, NOW + 9 }) {
			int point = Expiry.seconds(timestamp, HOUR, NOW);
			int bucket = Expiry.seconds(Buckets.lastTimestamp(Buckets.of(timestamp)), HOUR, NOW);
			assertThat(bucket).isGreaterThanOrEqualTo(point);
		}
	}

}

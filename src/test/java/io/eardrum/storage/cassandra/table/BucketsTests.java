package io.eardrum.storage.cassandra.table;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Buckets}.
 */
class BucketsTests {

	private static final long WIDTH = 262_144;

	@Test
	void numbersArePartOfTheFormat() {
		assertThat(Buckets.of(0)).isZero();
		assertThat(Buckets.of(WIDTH - 1)).isZero();
		assertThat(Buckets.of(WIDTH)).isEqualTo(1);
		assertThat(Buckets.of(1_800_000_000)).isEqualTo(6866);
		assertThat(Buckets.ofPlace(4095)).isZero();
		assertThat(Buckets.ofPlace(4096)).isEqualTo(1);
		assertThat(Buckets.places()).isEqualTo(4096);
	}

	@Test
	void bucketsBeforeTheEpochAreAsLongAsThoseBehindIt() {
		assertThat(Buckets.of(-1)).isEqualTo(-1);
		assertThat(Buckets.of(-WIDTH)).isEqualTo(-1);
		assertThat(Buckets.of(-WIDTH - 1)).isEqualTo(-2);
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, Long.MIN_VALUE + WIDTH, -WIDTH - 1, -WIDTH, -1, 0, WIDTH - 1, WIDTH,
			1_800_000_000_000L, Long.MAX_VALUE - WIDTH, Long.MAX_VALUE })
	void bucketEndsWithItsLastTimestamp(long timestamp) {
		long bucket = Buckets.of(timestamp);
		long last = Buckets.lastTimestamp(bucket);
		assertThat(last).isGreaterThanOrEqualTo(timestamp);
		assertThat(last - timestamp).isBetween(0L, WIDTH - 1);
		assertThat(Buckets.of(last)).isEqualTo(bucket);
		if (last != Long.MAX_VALUE) {
			assertThat(Buckets.of(last + 1)).isEqualTo(bucket + 1);
		}
	}

}

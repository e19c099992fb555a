package io.eardrum.history;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.eardrum.history.fixture.Histories;
import io.eardrum.history.fixture.SeriesHistory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Histories}.
 */
class HistoriesTests {

	@Test
	void putThatIsRefusedIsThrownOnAndMayHaveHappenedAllTheSame() throws Exception {
		Histories histories = new Histories(1);
		long[] stored = new long[Histories.TIMESTAMPS];
		Arrays.fill(stored, SeriesHistory.ABSENT);
		Histories.Access refusing = new Histories.Access() {

			@Override
			public void put(int series, int timestamp, long value) {
				stored[timestamp] = value;
				throw new AssertionError("refused");
			}

			@Override
			public long[] get(int series) {
				return stored.clone();
			}

		};
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> histories.run(refusing, new Random(1), 100))
			.withMessage("refused");
		assertThat(histories.acknowledgedPuts()).isZero();
		histories.getAll(refusing);
		assertThat(histories.violation()).isEmpty();
	}

}

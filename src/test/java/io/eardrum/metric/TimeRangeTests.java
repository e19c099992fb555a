package io.eardrum.metric;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TimeRange}.
 */
class TimeRangeTests {

	@Test
	void bothEndsAreIncluded() {
		TimeRange range = new TimeRange(-5, 5);
		assertThat(range.contains(-5)).isTrue();
		assertThat(range.contains(5)).isTrue();
		assertThat(range.contains(-6)).isFalse();
		assertThat(range.contains(6)).isFalse();
	}

	@Test
	void oneTimestampIsRange() {
		assertThat(new TimeRange(7, 7).contains(7)).isTrue();
	}

	@Test
	void allHoldsEveryTimestamp() {
		assertThat(TimeRange.ALL.contains(Long.MIN_VALUE)).isTrue();
		assertThat(TimeRange.ALL.contains(Long.MAX_VALUE)).isTrue();
	}

	@Test
	void emptyRangeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new TimeRange(2, 1))
			.withMessage("a range from 2 to 1 is empty");
	}

}

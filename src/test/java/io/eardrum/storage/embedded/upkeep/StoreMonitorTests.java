package io.eardrum.storage.embedded.upkeep;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StoreMonitor}.
 */
class StoreMonitorTests {

	@ParameterizedTest
	@CsvSource({ "1000, false, false", "999, false, true", "1000, true, true", "1099, true, true", "1100, true, false",
			"0, false, true" })
	void pointsAreRefusedBelowTheLimitAndTakenAgainATenthAboveIt(long free, boolean before, boolean low) {
		assertThat(StoreMonitor.isLow(free, 1000, before)).isEqualTo(low);
	}

	@Test
	void spaceIsLookedAtBeforeItMayBeGone() {
		long mebibyte = 1 << 20;
		assertThat(StoreMonitor.isDue(99 * mebibyte, 1000 * mebibyte, 600 * mebibyte)).isFalse();
		assertThat(StoreMonitor.isDue(100 * mebibyte, 1000 * mebibyte, 600 * mebibyte)).isTrue();
		// Not for each commit, even if there is none left.
		assertThat(StoreMonitor.isDue(1000, 600 * mebibyte, 600 * mebibyte)).isFalse();
		assertThat(StoreMonitor.isDue(mebibyte, 600 * mebibyte, 600 * mebibyte)).isTrue();
		assertThat(StoreMonitor.isDue(mebibyte, 100 * mebibyte, 600 * mebibyte)).isTrue();
		assertThat(StoreMonitor.isDue(mebibyte, Long.MAX_VALUE, 0)).isFalse();
	}

}

package io.eardrum.storage.embedded;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Watch}.
 */
class WatchTests {

	@ParameterizedTest
	@CsvSource({ "1000, false, false", "999, false, true", "1000, true, true", "1099, true, true", "1100, true, false",
			"0, false, true" })
	void pointsAreRefusedBelowTheLimitAndTakenAgainATenthAboveIt(long free, boolean before, boolean low) {
		assertThat(Watch.isLow(free, 1000, before)).isEqualTo(low);
	}

}

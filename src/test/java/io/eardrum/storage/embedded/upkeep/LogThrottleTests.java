package io.eardrum.storage.embedded.upkeep;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogThrottle}.
 */
class LogThrottleTests {

	@Test
	void firstOneIsLoggedAndWhatFollowsAtOnceIsNot() {
		LogThrottle throttle = new LogThrottle();
		assertThat(throttle.permits()).isTrue();
		assertThat(throttle.permits()).isFalse();
		assertThat(throttle.permits()).isFalse();
	}

}

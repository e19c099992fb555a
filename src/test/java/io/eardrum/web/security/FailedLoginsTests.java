package io.eardrum.web.security;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailedLogins}.
 */
class FailedLoginsTests {

	private long now = Long.MAX_VALUE - 1_000_000_000;

	private final FailedLogins failures = new FailedLogins(10, 1, () -> this.now);

	@Test
	void clientHasFiveAndThenOneASecond() {
		assertThat(countOf("a", 20)).isEqualTo(5);
		this.now += Duration.ofMillis(999).toNanos();
		assertThat(countOf("a", 20)).isZero();
		this.now += Duration.ofMillis(2).toNanos();
		assertThat(countOf("a", 20)).isEqualTo(1);
		this.now += Duration.ofHours(1).toNanos();
		assertThat(countOf("a", 20)).isEqualTo(5);
	}

	@Test
	void allTogetherHaveTenASecond() {
		assertThat(countOf("a", 4) + countOf("b", 4) + countOf("c", 4)).isEqualTo(10);
		assertThat(countOf(null, 1)).isZero();
		this.now += Duration.ofSeconds(1).toNanos();
		assertThat(countOf(null, 20)).isEqualTo(10);
	}

	@Test
	void whoWasNotWrongLatelyMayTryWhateverOthersDo() {
		countOf("a", 20);
		countOf("b", 20);
		assertThat(this.failures.mayTry("a")).isFalse();
		assertThat(this.failures.mayTry(null)).isFalse();
		assertThat(this.failures.mayTry("c")).isTrue();
		assertThat(this.failures.isSuspect("a")).isTrue();
		assertThat(this.failures.isSuspect("c")).isFalse();
		this.failures.forget("a");
		assertThat(this.failures.mayTry("a")).isTrue();
	}

	@Test
	void noMoreClientsAreRememberedThanThereMayBe() {
		for (int i = 0; i < 30_000; i++) {
			this.failures.count("client " + i);
		}
		assertThat(this.failures.isSuspect("client 19999")).isFalse();
		assertThat(this.failures.isSuspect("client 20000")).isTrue();
	}

	private int countOf(@Nullable String client, int attempts) {
		int counted = 0;
		for (int i = 0; i < attempts; i++) {
			counted += this.failures.count(client) ? 1 : 0;
		}
		return counted;
	}

}

package io.eardrum.storage.embedded;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Gate}.
 */
class GateTests {

	private final Gate gate = new Gate();

	@Test
	void closedGateIsInUseUntilWhoeverShutItOpensItAgain() {
		assertThat(this.gate.shut(Duration.ZERO)).isTrue();
		assertThat(this.gate.close()).as("may be told to hurry").isFalse();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isFalse();
		this.gate.reopen();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isTrue();
		assertThatExceptionOfType(StorageException.class).isThrownBy(this.gate::enter);
	}

	@Test
	void closedGateIsInUseUntilAllHaveLeft() {
		this.gate.enter();
		assertThat(this.gate.close()).as("may be told to hurry").isTrue();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isFalse();
		this.gate.leave();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isTrue();
	}

	@Test
	void gateThatCannotBeShutIsOpenAgain() {
		this.gate.enter();
		assertThat(this.gate.shut(Duration.ofMillis(1))).isFalse();
		this.gate.enter();
		this.gate.leave();
		this.gate.leave();
		assertThat(this.gate.shut(Duration.ZERO)).isTrue();
	}

	@Test
	void whoKeepsTheGateFromBeingShutHasToLeave() {
		this.gate.enter();
		int entered = this.gate.era();
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(entered));
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.gate.ensureMayStay(entered))
			.withMessageContaining("opened anew");
		this.gate.leave();
		this.gate.enter();
		int later = this.gate.era();
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(later));
		this.gate.close();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.gate.ensureMayStay(later))
			.withMessageContaining("closing");
	}

	@Test
	void closedGateCannotBeShut() {
		this.gate.close();
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		assertThat(this.gate.isClosed()).isTrue();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isTrue();
	}

}

package io.eardrum.storage.embedded.rocksdb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestThreads;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link UseGuard}.
 */
class UseGuardTests {

	private final UseGuard gate = new UseGuard();

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
		int entered = this.gate.enter();
		assertThat(this.gate.close()).as("may be told to hurry").isTrue();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isFalse();
		this.gate.leave(entered);
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isTrue();
	}

	@Test
	void gateThatCannotBeShutIsOpenAgain() {
		int entered = this.gate.enter();
		assertThat(this.gate.shut(Duration.ofMillis(1))).isFalse();
		int later = this.gate.enter();
		this.gate.leave(later);
		this.gate.leave(entered);
		assertThat(this.gate.shut(Duration.ZERO)).isTrue();
	}

	@Test
	void whoKeepsTheGateFromBeingShutHasToLeave() {
		int entered = this.gate.enter();
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(entered));
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.gate.ensureMayStay(entered))
			.withMessageContaining("being reopened");
		this.gate.leave(entered);
		int later = this.gate.enter();
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(later));
		this.gate.close();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.gate.ensureMayStay(later))
			.withMessageContaining("closing");
	}

	@Test
	void whoEnteredAfterwardsMayStayForAsLongAsSomebodyElseKeepsTheGateFromBeingShut() {
		int first = this.gate.enter();
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		int second = this.gate.enter();
		for (int attempt = 0; attempt < 3; attempt++) {
			assertThat(this.gate.shut(Duration.ofMillis(1))).isFalse();
		}
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(second));
		this.gate.leave(first);
		// Nobody else is in the way now.
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.gate.ensureMayStay(second))
			.withMessageContaining("being reopened");
		this.gate.leave(second);
		assertThat(this.gate.shut(Duration.ZERO)).isTrue();
	}

	@Test
	void gateStaysOpenWhileSomebodyIsWaitedFor() {
		int first = this.gate.enter();
		CompletableFuture<Boolean> shut = CompletableFuture.supplyAsync(() -> this.gate.shut(Duration.ofSeconds(20)),
				TestThreads.NEW_THREAD);
		int later;
		do {
			// Would wait if the gate were shut.
			later = this.gate.enter();
			this.gate.leave(later);
		}
		while (later == first);
		assertThat(shut).isNotDone();
		assertThatNoException().isThrownBy(() -> this.gate.ensureMayStay(first));
		this.gate.leave(first);
		assertThat(shut).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
	}

	@Test
	void nobodyIsInsideAShutGateHoweverManyComeAndGo() throws Exception {
		AtomicInteger inside = new AtomicInteger();
		AtomicBoolean end = new AtomicBoolean();
		List<CompletableFuture<Void>> visitors = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			visitors.add(CompletableFuture.runAsync(() -> {
				while (!end.get()) {
					int entered = this.gate.enter();
					inside.incrementAndGet();
					inside.decrementAndGet();
					this.gate.leave(entered);
				}
			}, TestThreads.NEW_THREAD));
		}
		try {
			for (int shut = 0; shut < 300;) {
				if (this.gate.shut(Duration.ofSeconds(1))) {
					shut++;
					for (int look = 0; look < 100; look++) {
						assertThat(inside.get()).isZero();
					}
					this.gate.reopen();
				}
			}
		}
		finally {
			end.set(true);
		}
		for (CompletableFuture<Void> visitor : visitors) {
			assertThat(visitor).succeedsWithin(Duration.ofSeconds(10));
		}
	}

	@Test
	void closedGateCannotBeShut() {
		this.gate.close();
		assertThat(this.gate.shut(Duration.ZERO)).isFalse();
		assertThat(this.gate.isClosed()).isTrue();
		assertThat(this.gate.awaitUnused(Duration.ZERO)).isTrue();
	}

}

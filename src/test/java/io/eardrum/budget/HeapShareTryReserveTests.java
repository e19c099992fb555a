package io.eardrum.budget;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.eardrum.fixture.TestThreads;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeapShare#tryReserve(long, Duration)}.
 */
class HeapShareTryReserveTests {

	private final HeapShare share = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.POINTS, 1000L))
		.share(HeapUse.POINTS);

	@Test
	void whoTriesWaitsInLineAndIsNotCountedAsRefused() {
		assertThat(this.share.tryReserve(900, Duration.ZERO)).isTrue();
		assertThat(this.share.tryReserve(200, Duration.ofMillis(1))).isFalse();
		assertThat(this.share.tryReserve(1001, Duration.ofDays(1))).isFalse();
		assertThat(this.share.refusals()).isZero();
		CompletableFuture<Boolean> waiting = CompletableFuture
			.supplyAsync(() -> this.share.tryReserve(200, Duration.ofMinutes(1)), TestThreads.NEW_THREAD);
		Awaitility.await().until(() -> !this.share.tryReserve(0));
		this.share.release(900);
		assertThat(waiting).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
		assertThat(this.share.usedBytes()).isEqualTo(200);
	}

	@Test
	void unlimitedBudgetHasMinimumsToo() {
		assertThat(HeapBudget.unlimited().share(HeapUse.POINTS).minBytes()).isPositive();
	}

}

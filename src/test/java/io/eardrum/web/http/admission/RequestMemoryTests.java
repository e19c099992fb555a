package io.eardrum.web.http.admission;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestMemory}.
 */
class RequestMemoryTests {

	private final HeapBudget heap = new HeapBudget(1 << 30, 1 << 29,
			Map.of(HeapUse.BODIES, 10_000L, HeapUse.QUERIES, 10_000L));

	private final RequestMemory memory = RequestMemory.of(this.heap);

	@Test
	void othersLackOnlyWhatIsHeldHere() {
		assertThat(this.memory.isTight()).isFalse();
		this.heap.share(HeapUse.BODIES).force(9000);
		assertThat(this.memory.isTight()).isFalse();
		this.memory.reserve(10);
		assertThat(this.memory.isTight()).isFalse();
		this.memory.reserveBody(10);
		assertThat(this.memory.isTight()).isTrue();
		this.memory.releaseBody(10);
		assertThat(this.memory.isTight()).isFalse();
		this.heap.share(HeapUse.QUERIES).force(9000);
		assertThat(this.memory.isTight()).isTrue();
		this.memory.release(10);
		assertThat(this.memory.isTight()).isFalse();
	}

	@Test
	void bodyThatIsHeldWhileItsMemoryIsPlentyIsNotTight() {
		this.memory.reserveBody(10);
		this.heap.share(HeapUse.QUERIES).force(9000);
		assertThat(this.memory.isTight()).isFalse();
		this.memory.reserve(10);
		assertThat(this.memory.isTight()).isTrue();
	}

	@Test
	void memoryThatIsNotFreeIsNotTaken() {
		assertThat(this.memory.tryReserveBody(10_000)).isTrue();
		assertThat(this.memory.tryReserveBody(1)).isFalse();
		assertThat(this.memory.held()).isEqualTo(10_000);
	}

	@Test
	void allIsReleasedAtTheEnd() {
		this.memory.reserveBody(3000);
		this.memory.reserve(4000);
		assertThat(this.memory.held()).isEqualTo(7000);
		this.memory.releaseAll();
		assertThat(this.memory.held()).isZero();
		assertThat(this.heap.share(HeapUse.BODIES).usedBytes()).isZero();
		assertThat(this.heap.share(HeapUse.QUERIES).usedBytes()).isZero();
	}

	@Test
	void whoWaitsForMemoryLetsOthersGoOnBefore() {
		int[] waits = { 0 };
		RequestMemory waiting = new RequestMemory(this.heap, () -> {
			waits[0]++;
			this.memory.releaseAll();
		});
		this.memory.reserve(10_000);
		waiting.reserveBody(10);
		assertThat(waits[0]).isZero();
		waiting.reserve(10);
		assertThat(waits[0]).isEqualTo(1);
		assertThat(waiting.held()).isEqualTo(20);
	}

}

package io.eardrum.storage.embedded.log;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link IdleWrites}.
 */
class IdleWritesTests {

	@Test
	void whatWasGivenBackIsUsedAgain() {
		IdleWrites writes = new IdleWrites(1 << 20);
		PendingWrite first = writes.take();
		writes.giveBack(first);
		assertThat(writes.heldBytes()).isPositive();
		assertThat(writes.take()).isSameAs(first);
		assertThat(writes.heldBytes()).isZero();
	}

	@Test
	void noMoreIsKeptThanSoMany() {
		IdleWrites writes = new IdleWrites(Long.MAX_VALUE);
		assertThat(keptOf(writes, 100, 0)).hasSize(64);
		assertThat(writes.heldBytes()).isZero();
	}

	@Test
	void thoseOfLargeBatchesAreNotKeptWhereMemoryIsScarce() {
		IdleWrites writes = new IdleWrites(1 << 20);
		assertThat(keptOf(writes, 20, 200_000)).hasSize(5);
		assertThat(writes.heldBytes()).isZero();
	}

	// Gives so many back, takes as many, and returns which of them are the same.
	private static List<PendingWrite> keptOf(IdleWrites writes, int count, int recordLength) {
		List<PendingWrite> all = IntStream.range(0, count).mapToObj((i) -> new PendingWrite()).toList();
		for (PendingWrite write : all) {
			write.record().reserve(recordLength);
			writes.giveBack(write);
		}
		List<PendingWrite> kept = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			PendingWrite write = writes.take();
			if (all.contains(write)) {
				kept.add(write);
			}
		}
		return kept;
	}

}

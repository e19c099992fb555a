package io.eardrum.budget;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what one use can have in the end, and which heap it takes.
 */
class HeapBudgetMostTests {

	private static final long MEBIBYTE = 1 << 20;

	@Test
	void mostIsWhatIsNotSetAsideForOthers() {
		HeapBudget budget = new HeapBudget(256 * MEBIBYTE, 166 * MEBIBYTE, Map.of(HeapUse.SERIES, 166 * MEBIBYTE));
		long most = budget.mostBytes(HeapUse.SERIES);
		HeapShare series = budget.share(HeapUse.SERIES);
		assertThat(series.tryReserve(most)).isTrue();
		assertThat(series.tryReserve(1)).isFalse();
		assertThat(budget.share(HeapUse.POINTS).tryReserve(budget.share(HeapUse.POINTS).minBytes())).isTrue();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 20, 100, 5000 })
	void heapForAUseIsTheSmallestThatSuffices(long mebibytes) {
		long heap = HeapBudget.heapBytesFor(HeapUse.SERIES, mebibytes * MEBIBYTE);
		assertThat(heap % (64 * MEBIBYTE)).isZero();
		assertThat(most(heap)).isGreaterThanOrEqualTo(mebibytes * MEBIBYTE);
		if (heap > 64 * MEBIBYTE) {
			assertThat(most(heap - 64 * MEBIBYTE)).isLessThan(mebibytes * MEBIBYTE);
		}
	}

	private static long most(long heap) {
		return new HeapBudget(heap, HeapBudget.defaultTotalBytes(heap), Map.of()).mostBytes(HeapUse.SERIES);
	}

}

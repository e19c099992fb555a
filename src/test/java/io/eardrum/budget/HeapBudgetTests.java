package io.eardrum.budget;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HeapBudgetTests {

	private static final long MEBIBYTE = 1 << 20;

	@ParameterizedTest
	@ValueSource(longs = { 96, 128, 256, 512, 1024, 4096, 32768 })
	void allThatMayBeReservedIsLessThanTheHeapWithoutTheProgram(long heapMegabytes) {
		long heap = heapMegabytes * MEBIBYTE;
		HeapBudget budget = new HeapBudget(heap, HeapBudget.defaultTotalBytes(heap), Map.of());
		long reserved = 0;
		for (HeapUse use : HeapUse.values()) {
			HeapShare share = budget.share(use);
			while (share.tryReserve(64 << 10)) {
				reserved += 64 << 10;
			}
		}
		assertThat(reserved).isLessThanOrEqualTo(budget.totalBytes()).isLessThanOrEqualTo(heap - 80 * MEBIBYTE);
		assertThat(budget.totalBytes()).isLessThanOrEqualTo(heap / 1000 * 650);
	}

	@ParameterizedTest
	@ValueSource(longs = { 128, 256, 4096 })
	void allSeriesThatThereMayBeLeaveTheOthersTheirMinimums(long heapMegabytes) {
		long heap = heapMegabytes * MEBIBYTE;
		HeapBudget budget = new HeapBudget(heap, HeapBudget.defaultTotalBytes(heap), Map.of());
		long sum = budget.share(HeapUse.SERIES).maxBytes();
		for (HeapUse use : HeapUse.values()) {
			sum += (use != HeapUse.SERIES) ? budget.share(use).minBytes() : 0;
		}
		assertThat(sum).isLessThanOrEqualTo(budget.totalBytes());
	}

	@Test
	void minimumOfAUseIsThereWhateverOthersTake() {
		HeapBudget budget = new HeapBudget(256 * MEBIBYTE, 160 * MEBIBYTE, Map.of());
		for (HeapUse use : HeapUse.values()) {
			if (use != HeapUse.FRAMES) {
				HeapShare share = budget.share(use);
				while (share.tryReserve(4096)) {
					// Takes all there is.
				}
			}
		}
		HeapShare frames = budget.share(HeapUse.FRAMES);
		assertThat(frames.tryReserve(frames.minBytes())).isTrue();
	}

	@Test
	void givenMaximumReplacesTheDefault() {
		HeapBudget budget = new HeapBudget(256 * MEBIBYTE, 160 * MEBIBYTE, Map.of(HeapUse.FRAMES, 2 * MEBIBYTE));
		HeapShare frames = budget.share(HeapUse.FRAMES);
		assertThat(frames.maxBytes()).isEqualTo(2 * MEBIBYTE);
		assertThat(frames.tryReserve(2 * MEBIBYTE)).isTrue();
		assertThat(frames.tryReserve(1)).isFalse();
	}

}

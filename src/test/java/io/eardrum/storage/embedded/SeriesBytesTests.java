package io.eardrum.storage.embedded;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds what series are counted with against what they take of the heap.
 */
@Isolated("it looks at the heap of the whole process")
class SeriesBytesTests {

	@TempDir
	Path directory;

	@Test
	void seriesTakesWhatIsCounted() {
		HeapBudget budget = HeapBudget.unlimited();
		int count = 200_000;
		try (RocksDbMetricRepository repository = SeriesMemoryTests.open(this.directory, budget)) {
			long before = used();
			SeriesMemoryTests.put(repository, 0, count, 60);
			repository.checkpoint();
			long taken = used() - before;
			long counted = budget.share(HeapUse.SERIES).usedBytes();
			// What else a store takes after its first checkpoint is little beside that.
			assertThat((double) taken / counted).isBetween(0.9, 1.2);
		}
	}

	private static long used() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 3; i++) {
			System.gc();
			least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
		}
		return least;
	}

}

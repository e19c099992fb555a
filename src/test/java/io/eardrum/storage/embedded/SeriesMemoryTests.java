package io.eardrum.storage.embedded;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.budget.HeapBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.embedded.directory.StoreOpenException;
import io.eardrum.storage.embedded.settings.EmbeddedStorageSettings;
import io.eardrum.storage.embedded.settings.Fsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How many series a store takes with the memory it has, and what a start says that has
 * less.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeriesMemoryTests {

	private static final int BATCH = 1000;

	private static final long MEBIBYTE = 1 << 20;

	@TempDir
	Path directory;

	@Test
	void storeThatWasFilledIsOpenedWithTheSameMemory() {
		int series;
		try (RocksDbMetricRepository repository = open(budget(64))) {
			PointBatch refused = put(repository, 0, 100_000, 500);
			assertThat(refused.refusal(BATCH - 1)).isEqualTo(PointBatch.Refusal.TOO_MANY_SERIES);
			series = (int) repository.seriesCount();
			assertThat(series).isGreaterThan(10_000);
			// A point of one that is known is taken.
			assertThat(put(repository, 0, BATCH, 500).refusedCount()).isZero();
		}
		for (int i = 0; i < 2; i++) {
			try (RocksDbMetricRepository repository = open(budget(64))) {
				assertThat(repository.seriesCount()).isEqualTo(series);
				repository.checkpoint();
			}
		}
	}

	@Test
	void startSaysWhatItNeedsBeforeItReads() {
		try (RocksDbMetricRepository repository = open(HeapBudget.unlimited())) {
			put(repository, 0, 40_000, 500);
			repository.checkpoint();
		}
		assertRefused(40_000);
	}

	@Test
	void startOfAStoreThatWasNotCountedSaysItToo() {
		try (RocksDbMetricRepository repository = open(HeapBudget.unlimited())) {
			put(repository, 0, 40_000, 500);
		}
		assertRefused(40_000);
	}

	@Test
	void whatWasNotCountedYetCountsAsMuchAsTheRest() {
		try (RocksDbMetricRepository repository = open(HeapBudget.unlimited())) {
			put(repository, 0, 2_000, 500);
			repository.checkpoint();
			put(repository, 2_000, 38_000, 500);
		}
		assertRefused(40_000);
	}

	private void assertRefused(int series) {
		HeapBudget small = budget(16);
		assertThatExceptionOfType(StoreOpenException.class).isThrownBy(() -> open(small))
			.withMessageContaining(series + " series")
			.withMessageMatching(".* about (2[2-9]) MB of memory.*")
			.satisfies((ex) -> assertThat(ex.action()).contains("-Xmx128m"));
		try (RocksDbMetricRepository repository = open(HeapBudget.unlimited())) {
			assertThat(repository.seriesCount()).isEqualTo(series);
		}
	}

	private static HeapBudget budget(long mebibytes) {
		return new HeapBudget(mebibytes * MEBIBYTE, mebibytes * MEBIBYTE * 65 / 100, Map.of());
	}

	private RocksDbMetricRepository open(HeapBudget budget) {
		return open(this.directory, budget);
	}

	static RocksDbMetricRepository open(Path directory, HeapBudget budget) {
		return new RocksDbMetricRepository(
				EmbeddedStorageSettings.of(directory.resolve("store")).withFsync(Fsync.NEVER), Clock.systemUTC(),
				budget);
	}

	// Returns the last batch.
	static PointBatch put(RocksDbMetricRepository repository, int from, int count, int keyLength) {
		PointBatch batch = new PointBatch();
		String prefix = "x".repeat(keyLength - 7);
		for (int i = from; i < from + count; i += BATCH) {
			batch.clear();
			for (int j = i; j < i + BATCH; j++) {
				batch.add(SeriesKey.of(prefix + (1_000_000 + j)), 1, 1);
			}
			repository.put(batch);
		}
		return batch;
	}

}

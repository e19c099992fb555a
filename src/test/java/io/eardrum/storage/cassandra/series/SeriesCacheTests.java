package io.eardrum.storage.cassandra.series;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.time.Retention;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SeriesCache} and {@link KnownSeries}.
 */
class SeriesCacheTests {

	private final SeriesCache cache = new SeriesCache(Retention.of(Duration.ofHours(1)), 10,
			HeapBudget.unlimited().share(HeapUse.SERIES));

	@Test
	void knowsWhatWasAdded() {
		assertThat(this.cache.find(key(1))).isNull();
		KnownSeries added = this.cache.add(key(1));
		assertThat(this.cache.find(key(1))).isSameAs(added);
		assertThat(this.cache.add(key(1))).isSameAs(added);
		assertThat(added.retentionSeconds()).isEqualTo(3600);
		assertThat(this.cache.size()).isEqualTo(1);
	}

	@Test
	void neverHoldsMoreThanItMay() {
		for (int i = 0; i < 10_000; i++) {
			this.cache.add(key(i));
			assertThat(this.cache.size()).isLessThanOrEqualTo(10);
			assertThat(this.cache.find(key(i))).isNotNull();
		}
		assertThat(this.cache.find(key(0))).isNull();
	}

	@Test
	void neverTakesMoreMemoryThanItMay() {
		HeapShare share = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.SERIES, 1L << 20)).share(HeapUse.SERIES);
		SeriesCache limited = new SeriesCache(Retention.FOREVER, Integer.MAX_VALUE, share);
		boolean full = false;
		for (int i = 0; i < 10_000; i++) {
			SeriesKey key = SeriesKey.of("x".repeat(500) + i);
			limited.add(key);
			assertThat(share.usedBytes()).isLessThanOrEqualTo(1 << 20);
			assertThat(limited.find(key)).isNotNull();
			full |= limited.isFull();
		}
		assertThat(full).isTrue();
		assertThat(limited.size()).isBetween(400L, 850L);
	}

	@Test
	void findsRoomThoughOthersHaveAllMemory() {
		HeapShare share = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.SERIES, 1L << 20)).share(HeapUse.SERIES);
		SeriesCache limited = new SeriesCache(Retention.FOREVER, Integer.MAX_VALUE, share);
		share.force(1 << 20);
		for (int i = 0; i < 1000; i++) {
			assertThat(limited.add(key(i))).isNotNull();
			assertThat(limited.size()).isLessThanOrEqualTo(200);
		}
	}

	@Test
	void seriesThatIsUsedStaysWithItsBuckets() {
		this.cache.add(key(-1)).addBucket(7);
		for (int i = 0; i < 10_000; i++) {
			this.cache.add(key(i));
			KnownSeries used = Objects.requireNonNull(this.cache.find(key(-1)), "it was forgotten");
			assertThat(used.hasBucket(7)).isTrue();
		}
	}

	@Test
	void fewBucketsOfSeriesAreRemembered() {
		KnownSeries series = this.cache.add(key(1));
		for (long bucket = 0; bucket < 100; bucket++) {
			assertThat(series.hasBucket(bucket)).isFalse();
			series.addBucket(bucket);
			assertThat(series.hasBucket(bucket)).isTrue();
		}
		assertThat(series.hasBucket(92)).isTrue();
		assertThat(series.hasBucket(91)).isFalse();
	}

	private static SeriesKey key(int number) {
		return SeriesKey.of("host" + number);
	}

}

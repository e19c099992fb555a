package io.eardrum.storage.memory;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemorySeries} that are removed while others use them.
 */
class MemorySeriesTests {

	private final HeapShare memory = HeapBudget.unlimited().share(HeapUse.POINTS);

	@Test
	void removedSeriesTakesAndReturnsNothing() throws Exception {
		MemorySeries series = new MemorySeries(SeriesKey.of("a"), 0);
		assertThat(series.put(1, 1, this.memory)).isEqualTo(1);
		assertThat(series.put(2, 2, this.memory)).isEqualTo(1);
		assertThat(series.isBehind(1)).isTrue();
		assertThat(series.delete(new TimeRange(2, 2), this.memory)).isEqualTo(1);
		assertThat(series.isRemoved()).isFalse();
		assertThat(series.isBehind(1)).isFalse();
		assertThat(series.delete(TimeRange.ALL, this.memory)).isEqualTo(1);
		assertThat(this.memory.usedBytes()).isZero();
		assertThat(series.isRemoved()).isTrue();
		assertThat(series.put(3, 3, this.memory)).isNegative();
		assertThat(series.delete(TimeRange.ALL, this.memory)).isZero();
		assertThat(series.last(Long.MAX_VALUE)).isNull();
		assertThat(series.isBehind(Long.MIN_VALUE)).isFalse();
		List<Long> read = new ArrayList<>();
		series.view(this.memory)
			.points()
			.read(series.key(), TimeRange.ALL, (key, timestamps, values, from, to) -> read.add(timestamps[from]));
		assertThat(read).isEmpty();
	}

	@Test
	void removedSeriesIsNotAheadOfTheClock() {
		MemoryMetricRepository store = new MemoryMetricRepository(10,
				Clock.fixed(Instant.ofEpochSecond(0), ZoneOffset.UTC), HeapBudget.unlimited());
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 1_000_000, 1);
		batch.add(SeriesKey.of("b"), 1_000_000, 1);
		store.put(batch);
		store.delete(List.of(SeriesKey.of("a")), TimeRange.ALL);
		assertThat(store.seriesAhead().count()).isEqualTo(1);
	}

}

package io.eardrum.storage.memory;

import java.time.Clock;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link MemoryMetricRepository}.
 */
class MemoryMetricRepositoryTests extends MetricRepositoryContract {

	@Override
	protected MetricRepository open() {
		return new MemoryMetricRepository();
	}

	@Test
	void seriesAheadAreLookedForEveryTenSeconds() {
		long[] now = { 1_800_000_000 };
		Clock clock = mock(Clock.class);
		given(clock.millis()).willAnswer((call) -> now[0] * 1000);
		MemoryMetricRepository repository = new MemoryMetricRepository(Integer.MAX_VALUE, clock);
		put(repository, "present", now[0] + 86_400);
		put(repository, "a", now[0] * 1000);
		put(repository, "a", now[0]);
		assertThat(repository.seriesAhead()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
		put(repository, "b", now[0] + 86_411);
		now[0] += 9;
		assertThat(repository.seriesAhead().count()).isEqualTo(1);
		now[0] += 1;
		assertThat(repository.seriesAhead()).isEqualTo(new SeriesAhead(2, SeriesKey.of("b")));
		now[0] += 10;
		assertThat(repository.seriesAhead()).isEqualTo(new SeriesAhead(1, SeriesKey.of("a")));
		now[0] -= 15;
		assertThat(repository.seriesAhead().count()).isEqualTo(2);
	}

	@Test
	void pointThatWasRefusedBeforeIsNotStored() {
		MetricRepository repository = open();
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 1, 1);
		batch.add(SeriesKey.of("a"), 2, 2);
		batch.refuse(0, PointBatch.Refusal.TIMESTAMP_IN_FUTURE);
		repository.put(batch);
		assertThat(repository.last(SeriesKey.of("a"))).isEqualTo(new Point(2, 2));
		assertThat(repository.status().details()).contains(entry("points", 1L));
	}

	@Test
	void seriesWithoutAPointIsNotBehind() {
		MemorySeries series = new MemorySeries(SeriesKey.of("a"), 0);
		assertThat(series.isBehind(0)).isFalse();
		assertThat(series.last(0)).isNull();
	}

	private static void put(MetricRepository repository, String key, long timestamp) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of(key), timestamp, 0);
		repository.put(batch);
	}

	@Test
	void statusCountsSeriesAndPoints() throws Exception {
		MetricRepository repository = open();
		PointBatch batch = new PointBatch();
		for (long timestamp : new long[] { 1, 2, 1, 3, 2 }) {
			batch.add(SeriesKey.of("a"), timestamp, 0);
		}
		batch.add(SeriesKey.of("b"), 1, 0);
		repository.put(batch);
		repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
		});
		assertThat(repository.status().engine()).isEqualTo("memory");
		assertThat(repository.status().details()).containsExactly(entry("series", 2L), entry("points", 4L));
	}

	@Test
	void putsAreRefusedBeforeTheHeapIsFull() throws Exception {
		HeapBudget budget = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.POINTS, 4L << 20));
		HeapShare share = budget.share(HeapUse.POINTS);
		MemoryMetricRepository repository = new MemoryMetricRepository(Integer.MAX_VALUE, Clock.systemUTC(), budget);
		for (boolean ascending : new boolean[] { true, false }) {
			PointBatch batch = new PointBatch();
			SeriesKey key = SeriesKey.of("k" + ascending);
			long[] put = new long[1];
			assertThatExceptionOfType(StorageException.class).isThrownBy(() -> {
				for (int i = 1; i < 1_000_000; i++) {
					batch.clear();
					batch.add(key, ascending ? i : -i, i);
					repository.put(batch);
					put[0] = i;
					assertThat(share.usedBytes()).isLessThanOrEqualTo(4 << 20);
				}
			}).withMessageContaining("eardrum.heap.points");
			long[] read = new long[1];
			repository.read(key, TimeRange.ALL, (series, times, values, from, to) -> read[0] += to - from);
			assertThat(read[0]).isEqualTo(put[0]).isPositive();
		}
	}

	@Test
	void streamToFewTimestampsTakesNoMemory() {
		HeapBudget budget = new HeapBudget(256 << 20, 166 << 20, Map.of(HeapUse.POINTS, 1L << 20));
		MemoryMetricRepository repository = new MemoryMetricRepository(Integer.MAX_VALUE, Clock.systemUTC(), budget);
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 300_000; i++) {
			batch.clear();
			batch.add(SeriesKey.of("k"), i % 3, i);
			repository.put(batch);
		}
		assertThat(budget.share(HeapUse.POINTS).usedBytes()).isLessThan(20_000);
	}

}

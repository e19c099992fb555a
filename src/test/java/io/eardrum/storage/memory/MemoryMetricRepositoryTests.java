package io.eardrum.storage.memory;

import java.time.Clock;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;
import io.eardrum.storage.SeriesAhead;

import static org.assertj.core.api.Assertions.assertThat;
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

}

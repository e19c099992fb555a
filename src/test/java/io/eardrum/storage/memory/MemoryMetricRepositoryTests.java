package io.eardrum.storage.memory;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link MemoryMetricRepository}.
 */
class MemoryMetricRepositoryTests extends MetricRepositoryContract {

	@Override
	protected MetricRepository open() {
		return new MemoryMetricRepository();
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

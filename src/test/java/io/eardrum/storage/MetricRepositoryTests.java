package io.eardrum.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what a {@link MetricRepository} does by default.
 */
class MetricRepositoryTests {

	private final MetricRepository repository = new TwoSeries();

	@Test
	void lastPointsAreThoseOfTheKeys() throws IOException {
		List<String> lasts = new ArrayList<>();
		this.repository.forEachLast((key) -> key.toString().equals("b"), (key, last) -> lasts.add(key + " " + last));
		assertThat(lasts).containsExactly("b " + new Point(1, 2));
		assertThat(this.repository.seriesAhead()).isNull();
	}

	@Test
	void consumerThatFailsEndsTheWalk() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.repository.forEachLast((key) -> true, (key, last) -> {
				throw new IOException("the client has left");
			}))
			.withMessage("the client has left");
	}

	private static final class TwoSeries implements MetricRepository {

		@Override
		public void delete(List<SeriesKey> keys, TimeRange range) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void put(PointBatch batch) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void read(SeriesKey key, TimeRange range, PointSink sink) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void readAll(TimeRange range, PointSink sink) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void forEachKey(Consumer<SeriesKey> consumer) {
			consumer.accept(SeriesKey.of("a"));
			consumer.accept(SeriesKey.of("b"));
		}

		@Override
		public Point last(SeriesKey key) {
			return new Point(1, 2);
		}

		@Override
		public long seriesCount() {
			return 2;
		}

		@Override
		public StorageStatus status() {
			return new StorageStatus("two", true, null, Map.of());
		}

	}

}

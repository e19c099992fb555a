package io.eardrum.web.reply;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

/**
 * Tests for {@link ObservedRepository}: it is the store that it stands before, and tells
 * of each point that is read, and of none that is put.
 */
class ObservedRepositoryTests extends MetricRepositoryContract {

	private final CommandObserver observer = mock(CommandObserver.class);

	@Override
	protected MetricRepository open() {
		return new ObservedRepository(new MemoryMetricRepository(), this.observer);
	}

	@Test
	void pointsThatAreReadAreToldAndThoseThatArePutAreNot() throws IOException {
		MetricRepository repository = open();
		put(repository);
		repository.forEachKey((key) -> {
		});
		verifyNoMoreInteractions(this.observer);
		repository.readAll(TimeRange.ALL, (key, timestamps, values, from, to) -> {
		});
		verify(this.observer).returned(3);
		repository.forEachLast((key) -> true, (key, last) -> {
		});
		verify(this.observer).returned(2);
		repository.last(SeriesKey.of("none"));
		verify(this.observer).returned(0);
		repository.last(SeriesKey.of("b"));
		verify(this.observer).returned(1);
		verifyNoMoreInteractions(this.observer);
	}

	@Test
	void pointsOfAReadThatBreaksOffAreToldToo() {
		MetricRepository repository = open();
		put(repository);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> repository.read(SeriesKey.of("a"), TimeRange.ALL, (key, timestamps, values, from, to) -> {
				throw new IOException("the client has gone");
			}));
		verify(this.observer).returned(2);
	}

	private static void put(MetricRepository repository) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 1, 1);
		batch.add(SeriesKey.of("a"), 2, 2);
		batch.add(SeriesKey.of("b"), 1, 1);
		repository.put(batch);
	}

}

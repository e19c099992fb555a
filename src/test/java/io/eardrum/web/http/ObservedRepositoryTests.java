package io.eardrum.web.http;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapShare;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestBudget;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.metric.pattern.KeyPattern;
import io.eardrum.metric.pattern.KeySelection;
import io.eardrum.protocol.Command;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ErrorReason;
import io.eardrum.storage.LastPointConsumer;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.MetricRepositoryContract;
import io.eardrum.storage.PendingRead;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.memory.MemoryMetricRepository;
import io.eardrum.web.http.problem.RequestProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
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
	void pointsOfABegunReadAreToldWhenTheyAreTaken() throws IOException {
		PendingRead begun = mock(PendingRead.class);
		willAnswer((call) -> {
			call.<PointSink>getArgument(0).accept(SeriesKey.of("a"), new long[] { 1, 2 }, new double[] { 1, 2 }, 0, 2);
			return null;
		}).given(begun).read(any());
		MetricRepository store = mock(MetricRepository.class);
		given(store.beginRead(SeriesKey.of("a"), TimeRange.ALL)).willReturn(begun);
		MetricRepository repository = new ObservedRepository(store, this.observer);
		assertThat(repository.beginRead(SeriesKey.of("b"), TimeRange.ALL)).isNull();
		PendingRead read = Objects.requireNonNull(repository.beginRead(SeriesKey.of("a"), TimeRange.ALL));
		Runnable action = () -> {
		};
		read.whenArrived(action);
		verify(begun).whenArrived(action);
		verifyNoMoreInteractions(this.observer);
		List<Long> timestamps = new ArrayList<>();
		read.read((key, times, values, from, to) -> {
			for (int i = from; i < to; i++) {
				timestamps.add(times[i]);
			}
		});
		assertThat(timestamps).containsExactly(1L, 2L);
		verify(this.observer).returned(2);
		read.close();
		verify(begun).close();
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

	@Test
	void seriesWithoutALastPointIsNoPointThatWasRead() throws IOException {
		MetricRepository store = mock(MetricRepository.class);
		willAnswer((call) -> {
			call.<LastPointConsumer>getArgument(2).accept(SeriesKey.of("bare"), null);
			return null;
		}).given(store).forEachLast(any(), any(), any());
		List<SeriesKey> keys = new ArrayList<>();
		new ObservedRepository(store, this.observer).forEachLast((key) -> true, (key, last) -> keys.add(key));
		assertThat(keys).containsExactly(SeriesKey.of("bare"));
		verify(this.observer).returned(0);
	}

	@Test
	void workToFindSelectedSeriesIsWorkOfTheRequest() throws IOException {
		MemoryMetricRepository store = new MemoryMetricRepository();
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 20_000; i++) {
			batch.add(SeriesKey.of("many." + i), 1, 1);
		}
		store.put(batch);
		KeySelection selection = KeySelection.of(KeyPattern.of("many.123*"));
		// The first search has the keys sorted in the background.
		while (keys(store, selection, RequestBudget.unlimited()).size() > 111) {
			Thread.onSpinWait();
		}
		RequestBudget budget = RequestBudget.unlimited();
		assertThat(keys(store, selection, budget)).hasSize(111);
		assertThat(budget.done()).isBetween(111L * 256, 111L * 400);
		RequestBudget another = RequestBudget.unlimited();
		List<SeriesKey> read = new ArrayList<>();
		new ObservedRepository(store, this.observer).within(another)
			.forEachLast(selection, (key) -> key.length() < 10, (key, last) -> read.add(key));
		assertThat(read).hasSize(11);
		assertThat(another.done()).isGreaterThan(budget.done());
		verify(this.observer).returned(11);
	}

	private List<SeriesKey> keys(MetricRepository store, KeySelection selection, RequestBudget budget) {
		List<SeriesKey> keys = new ArrayList<>();
		new ObservedRepository(store, this.observer).within(budget).forEachKey(selection, keys::add);
		return keys;
	}

	@Test
	void seriesThatAreAheadAreThoseOfTheStore() {
		MetricRepository store = mock(MetricRepository.class);
		SeriesAhead ahead = SeriesAhead.NONE.and(SeriesKey.of("a"));
		given(store.seriesAhead()).willReturn(ahead);
		assertThat(new ObservedRepository(store, this.observer).seriesAhead()).isSameAs(ahead);
	}

	@Test
	void requestsThatAreAnsweredOrThatTheServerFailsToAnswerAreCounted() throws IOException {
		ObservedRepository repository = new ObservedRepository(new MemoryMetricRepository(), this.observer);
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/any");
		for (RuntimeException failure : List.of(new StorageException("on purpose"),
				new IllegalStateException("on purpose"))) {
			serve(request, repository.counted((query, exchange) -> {
				throw failure;
			}));
		}
		verify(this.observer, times(2)).failed(Command.GET, ErrorReason.STORAGE, 1);
		HeapShare bodies = HeapBudget.ofThisProcess().share(HeapUse.BODIES);
		serve(request, repository.counted((query, exchange) -> {
			throw RequestProblem.busy();
		}));
		serve(request, repository.counted((query, exchange) -> exchange.budget().work(Long.MAX_VALUE)));
		serve(request, repository.counted((query, exchange) -> bodies.reserve(Long.MAX_VALUE, Duration.ZERO)));
		verifyNoMoreInteractions(this.observer);
		serve(request, repository.counted((query, exchange) -> {
		}));
		verify(this.observer).served(Command.GET, 1);
		verifyNoMoreInteractions(this.observer);
	}

	private static void serve(MockHttpServletRequest request, Endpoint.Action action) throws IOException {
		Endpoint.get(Set.of(), action).handleRequest(request, new MockHttpServletResponse());
	}

	private static void put(MetricRepository repository) {
		PointBatch batch = new PointBatch();
		batch.add(SeriesKey.of("a"), 1, 1);
		batch.add(SeriesKey.of("a"), 2, 2);
		batch.add(SeriesKey.of("b"), 1, 1);
		repository.put(batch);
	}

}

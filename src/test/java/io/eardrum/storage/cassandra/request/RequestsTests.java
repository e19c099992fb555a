package io.eardrum.storage.cassandra.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.metadata.Node;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Requests} and {@link Prefetcher}.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequestsTests {

	private static final ClusterObserver.Request READ = ClusterObserver.Request.READ;

	private final List<String> observed = new ArrayList<>();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final Requests requests = requests(2, Duration.ofMillis(200));

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	@Test
	void noMoreThanAllowedAreOnTheirWay() throws Exception {
		CompletableFuture<String> first = new CompletableFuture<>();
		CompletableFuture<String> second = new CompletableFuture<>();
		Requests patient = requests(2, Duration.ofSeconds(20));
		assertThat(patient.send(READ, () -> first)).isNotDone();
		assertThat(patient.send(READ, () -> second)).isNotDone();
		assertThat(patient.active()).isEqualTo(2);
		Future<String> third = this.executor
			.submit(() -> patient.await(patient.send(READ, () -> CompletableFuture.completedStage("third"))));
		Awaitility.await().until(() -> patient.waiting() == 1);
		assertThat(third.isDone()).isFalse();
		first.complete("first");
		assertThat(third.get()).isEqualTo("third");
		assertThat(patient.active()).isEqualTo(1);
		assertThat(patient.waiting()).isZero();
		second.complete("second");
		assertThat(patient.awaitNone(Duration.ofSeconds(1))).isTrue();
	}

	@Test
	void whoWaitsForTooLongFails() {
		assertThat(this.requests.<String>send(READ, CompletableFuture::new)).isNotDone();
		assertThat(this.requests.<String>send(READ, CompletableFuture::new)).isNotDone();
		assertThatThrownBy(() -> this.requests.send(READ, CompletableFuture::new))
			.isInstanceOf(CongestionException.class)
			.hasMessageContaining("too slow")
			.hasMessageContaining("2 requests");
		assertThat(this.requests.waiting()).isZero();
		assertThat(this.requests.awaitNone(Duration.ofMillis(10))).isFalse();
	}

	@Test
	void nobodyOvertakesWhoWaitsAlready() throws Exception {
		Requests single = requests(1, Duration.ofSeconds(20));
		for (int round = 0; round < 200; round++) {
			List<String> order = Collections.synchronizedList(new ArrayList<>());
			CompletableFuture<String> running = new CompletableFuture<>();
			assertThat(single.send(READ, () -> running)).isNotDone();
			Thread waiting = new Thread(() -> assertThat(single.send(READ, () -> {
				order.add("who waited");
				return CompletableFuture.completedStage("");
			})).isDone());
			waiting.start();
			while (waiting.getState() != Thread.State.TIMED_WAITING) {
				Thread.onSpinWait();
			}
			running.complete("");
			// The turn is free by now, and the other thread hardly awake.
			assertThat(single.send(READ, () -> {
				order.add("who came later");
				return CompletableFuture.completedStage("");
			})).isDone();
			waiting.join();
			assertThat(order).as("round " + round).containsExactly("who waited", "who came later");
		}
	}

	@Test
	void failureIsToldWithItsReasonAndFreesItsTurn() {
		IllegalStateException reason = new IllegalStateException("the node is on fire");
		for (int i = 0; i < 5; i++) {
			CompletableFuture<String> answer = this.requests.send(READ, () -> CompletableFuture.failedStage(reason));
			assertThatThrownBy(() -> this.requests.await(answer)).isInstanceOf(StorageException.class)
				.hasMessageContaining("the node is on fire")
				.hasCause(reason);
			assertThatThrownBy(() -> this.requests.send(READ, () -> {
				throw reason;
			})).isInstanceOf(StorageException.class).hasCause(reason);
		}
		assertThat(this.requests.active()).isZero();
		assertThat(this.observed).hasSize(10).containsOnly("READ false");
	}

	@Test
	void lackOfMemoryIsNoFailureOfTheCluster() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		Thread.currentThread().setUncaughtExceptionHandler((thread, ex) -> assertThat(ex).isSameAs(error));
		List<Throwable> failures = List.of(error, new CompletionException(error),
				new StorageException("The callback failed", new CompletionException(error)), AllNodesFailedException
					.fromErrors(List.of(Map.entry(mock(Node.class), new IllegalStateException(error)))));
		for (Throwable failure : failures) {
			CompletableFuture<String> answer = this.requests.send(READ, () -> CompletableFuture.failedStage(failure));
			assertThatThrownBy(() -> this.requests.await(answer)).isSameAs(error);
		}
		assertThatThrownBy(() -> this.requests.send(READ, () -> {
			throw new IllegalStateException(error);
		})).isSameAs(error);
		assertThat(this.requests.active()).isZero();
	}

	@Test
	void lackOfMemoryIsToldThoughNobodyWaitsForTheAnswer() throws Exception {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		CompletableFuture<String> sent = new CompletableFuture<>();
		CompletableFuture<String> answer = this.requests.send(READ, () -> sent);
		AtomicReference<Throwable> told = new AtomicReference<>();
		Thread driver = new Thread(() -> sent.completeExceptionally(new CompletionException(error)));
		driver.setUncaughtExceptionHandler((thread, ex) -> told.set(ex));
		driver.start();
		driver.join();
		assertThat(told.get()).isSameAs(error);
		assertThat(answer).isCompletedExceptionally();
	}

	@Test
	void lackOfThreadsIsAFailureLikeOthers() {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread: possibly out of memory");
		CompletableFuture<String> answer = this.requests.send(READ, () -> CompletableFuture.failedStage(error));
		assertThatThrownBy(() -> this.requests.await(answer)).isInstanceOf(StorageException.class)
			.hasMessageContaining("native thread")
			.hasCause(error);
	}

	@Test
	void errorOfTheDriverFreesItsTurnAndItsRoomAhead() {
		Error error = new NoClassDefFoundError("a class of the driver");
		for (int i = 0; i < 200; i++) {
			assertThatThrownBy(() -> this.requests.send(READ, () -> {
				throw error;
			})).isSameAs(error);
			assertThatThrownBy(() -> this.requests.sendAhead(READ, () -> {
				throw error;
			})).isSameAs(error);
		}
		assertThat(this.requests.active()).isZero();
		assertThat(this.requests.sendAhead(READ, () -> CompletableFuture.completedStage(""))).isNotNull();
	}

	@Test
	void answerComesThoughTheObserverFails() {
		Requests observed = new Requests(2, Duration.ofSeconds(1), Duration.ofSeconds(5),
				(request, succeeded, nanos) -> {
					throw new IllegalStateException("it can't be counted");
				});
		assertThat(observed.await(observed.send(READ, () -> CompletableFuture.completedStage("answer"))))
			.isEqualTo("answer");
		assertThat(observed.send(READ, () -> CompletableFuture.failedStage(new IllegalStateException())))
			.isCompletedExceptionally();
		assertThat(observed.active()).isZero();
	}

	@Test
	void silenceOfTheDriverIsNotWaitedForForEver() {
		Requests hasty = new Requests(1, Duration.ofSeconds(1), Duration.ofMillis(-600), ClusterObserver.NONE);
		CompletableFuture<String> answer = hasty.send(READ, CompletableFuture::new);
		assertThatThrownBy(() -> hasty.await(answer)).isInstanceOf(StorageException.class)
			.hasMessageContaining("no answer");
	}

	@Test
	void closedOneSendsNothing() {
		this.requests.close();
		assertThatThrownBy(() -> this.requests.send(READ, CompletableFuture::new)).isInstanceOf(StorageException.class)
			.hasMessageContaining("closed");
		assertThat(this.requests.active()).isZero();
		assertThat(this.observed).isEmpty();
	}

	@Test
	void closedOneLetsNobodyWaitForATurn() {
		Requests busy = requests(1, Duration.ofSeconds(20));
		assertThat(busy.<String>send(READ, CompletableFuture::new)).isNotDone();
		busy.close();
		assertThatThrownBy(() -> busy.send(READ, CompletableFuture::new)).isInstanceOf(StorageException.class)
			.hasMessageContaining("closed");
	}

	@Test
	void nothingIsFetchedAheadWhereOthersWaitForTheirTurn() {
		assertThat(this.requests.<String>sendAhead(READ, CompletableFuture::new)).isNotNull();
		assertThat(this.requests.<String>sendAhead(READ, CompletableFuture::new)).isNotNull();
		assertThat(this.requests.<String>sendAhead(READ, CompletableFuture::new)).isNull();
	}

	@Test
	void whatIsFetchedAheadIsBoundedOverAllReaders() {
		Requests wide = requests(1_000, Duration.ofSeconds(1));
		int sent = 0;
		while (wide.sendAhead(READ, () -> CompletableFuture.completedStage("")) != null) {
			sent++;
		}
		assertThat(sent).isEqualTo(128);
		wide.aheadIsOver();
		assertThat(wide.sendAhead(READ, () -> CompletableFuture.completedStage(""))).isNotNull();
	}

	@Test
	void lookaheadFetchesSomeAndKeepsTheOrder() {
		Requests wide = requests(100, Duration.ofSeconds(1));
		List<Integer> asked = new ArrayList<>();
		List<CompletableFuture<Integer>> answers = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			answers.add(new CompletableFuture<>());
		}
		Iterator<Supplier<CompletionStage<Integer>>> fetches = fetches(20, (i) -> {
			asked.add(i);
			return answers.get(i);
		});
		try (Prefetcher<Integer> lookahead = new Prefetcher<>(wide, fetches, 4)) {
			// The later ones come first.
			for (int i = 19; i >= 0; i--) {
				answers.get(i).complete(i);
			}
			for (int i = 0; i < 20; i++) {
				assertThat(lookahead.next()).isEqualTo(i);
				assertThat(asked).hasSize(Math.min(i + 4, 20));
			}
			assertThat(lookahead.next()).isNull();
		}
		assertThat(asked).isSorted();
	}

	@Test
	void lookaheadGoesOnWithoutRoomAndGivesBackWhatItTook() {
		Requests narrow = requests(1, Duration.ofSeconds(1));
		List<Integer> asked = new ArrayList<>();
		Iterator<Supplier<CompletionStage<Integer>>> fetches = fetches(1_000, (i) -> {
			asked.add(i);
			return CompletableFuture.completedStage(i);
		});
		try (Prefetcher<Integer> lookahead = new Prefetcher<>(narrow, fetches, 500)) {
			assertThat(lookahead.next()).isZero();
			assertThat(asked.size()).as("no more than all readers together").isLessThanOrEqualTo(129);
			assertThat(lookahead.next()).isEqualTo(1);
		}
		int sent = 0;
		while (narrow.sendAhead(READ, () -> CompletableFuture.completedStage("")) != null) {
			sent++;
		}
		assertThat(sent).isEqualTo(128);
	}

	private static Iterator<Supplier<CompletionStage<Integer>>> fetches(int count,
			IntFunction<CompletionStage<Integer>> fetch) {
		return IntStream.range(0, count)
			.<Supplier<CompletionStage<Integer>>>mapToObj((i) -> () -> fetch.apply(i))
			.iterator();
	}

	private Requests requests(int limit, Duration maxWait) {
		return new Requests(limit, maxWait, Duration.ofSeconds(5),
				(request, succeeded, nanos) -> this.observed.add(request + " " + succeeded));
	}

}

package io.eardrum.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.client.MetricClientException.Reason;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.KeyedPoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PutPipeline}, and for how {@link MetricClient} uses it, with servers
 * that misbehave.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PutPipelineTests {

	@Test
	void allPointsAreAcknowledged() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n"); MetricClient client = connect(server)) {
			assertThat(client.put(points(5_000))).isEqualTo(5_000);
			assertThat(client.put(List.of())).isZero();
			assertThat(client.get("palm.cpu")).isEmpty();
			assertThat(server.lines()).hasSize(5_001).startsWith("put palm.cpu 0.0 0", "put palm.cpu 1.0 1");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void connectionThatBreaksLeavesNoDoubtAboutWhatWasAcknowledged(boolean reset) throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (int i = 0; i < 1_234; i++) {
				session.readLine();
				session.write("ok\n\n");
			}
			session.write("ok\n");
			if (reset) {
				session.reset();
			}
		}); MetricClient client = connect(server)) {
			MetricClientException failure = MetricClientTests.assertFails(Reason.CLOSED,
					() -> client.put(points(100_000)));
			PutProgress progress = Objects.requireNonNull(failure.progress());
			// A reset may overtake replies that are still on their way.
			assertThat(progress.acknowledged()).isBetween(reset ? 0L : 1_234L, 1_234L);
			assertThat(progress.sent()).isBetween(progress.answered(), 100_000L);
			assertThat(failure).hasMessageContaining(progress.acknowledged() + " points acknowledged");
		}
	}

	@Test
	void refusedPointStopsAndIsNamed() throws IOException {
		try (ScriptedServer server = refusing(7); MetricClient client = connect(server)) {
			MetricClientException failure = MetricClientTests.assertFails(Reason.WRONG_COMMAND,
					() -> client.put(points(200_000)));
			assertThat(failure).hasMessageContaining("point 7: ");
			PutProgress progress = Objects.requireNonNull(failure.progress());
			assertThat(progress.firstRejected()).isEqualTo(7);
			assertThat(progress.answered()).as("all that was sent").isEqualTo(progress.sent()).isLessThan(100_000);
			assertThat(client.get("palm.cpu")).as("the connection is in step").isEmpty();
		}
	}

	@Test
	void handlerIsToldOfEachRefusedPointAndTheOthersGoOn() throws IOException {
		List<Long> refused = new ArrayList<>();
		try (ScriptedServer server = refusing(7, 8, 900); MetricClient client = connect(server)) {
			PutProgress progress = client.put(points(3_000), (index, rejection) -> refused.add(index));
			assertThat(progress).isEqualTo(new PutProgress(3_000, 2_997, 3, 7));
			assertThat(refused).containsExactly(7L, 8L, 900L);
		}
	}

	@Test
	void pointThatCannotBeSentIsRefusedInItsPlace() throws IOException {
		List<KeyedPoint> points = new ArrayList<>(points(10));
		points.set(4, KeyedPoint.of("a b", 4).at(4));
		points.set(6, KeyedPoint.of("palm.cpu", Double.NaN).at(6));
		List<String> refused = new ArrayList<>();
		try (ScriptedServer server = refusing(4); MetricClient client = connect(server)) {
			PutProgress progress = client.put(points,
					(index, rejection) -> refused.add(index + " " + rejection.reason()));
			assertThat(progress).isEqualTo(new PutProgress(10, 7, 3, 4));
			assertThat(refused).containsExactly("4 INVALID", "5 WRONG_COMMAND", "6 INVALID");
			assertThat(server.lines()).hasSize(8);
			MetricClientException failure = MetricClientTests.assertFails(Reason.INVALID, () -> client.put(points));
			assertThat(failure.progress()).isEqualTo(new PutProgress(5, 4, 1, 4));
		}
	}

	@Test
	void iteratorThatFailsLeavesTheConnectionInStep() throws IOException {
		Stream<KeyedPoint> points = LongStream.range(0, 3_000).mapToObj((i) -> {
			if (i == 2_500) {
				throw new IllegalStateException("no more");
			}
			return KeyedPoint.of("palm.cpu", (double) i).at(i);
		});
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n"); MetricClient client = connect(server)) {
			assertThatIllegalStateException().isThrownBy(() -> client.put(points)).withMessage("no more");
			assertThat(client.get("palm.cpu")).isEmpty();
		}
	}

	@Test
	void serverThatReadsNothingIsATimeout() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			await(session);
		});
				MetricClient client = MetricClient.connect(ClientOptions.of("127.0.0.1", server.port())
					.withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(300)))) {
			String longKey = "k".repeat(4_000);
			// More than the socket buffers take, so that the writer blocks.
			Stream<KeyedPoint> points = LongStream.range(0, 30_000)
				.mapToObj((i) -> KeyedPoint.of(longKey, (double) i).at(i));
			MetricClientException failure = MetricClientTests.assertFails(Reason.TIMEOUT, () -> client.put(points));
			assertThat(failure.progress()).isNotNull().matches((progress) -> progress.acknowledged() == 0);
		}
	}

	@Test
	void pointsWaitOnceAsManyAreUnansweredAsMayBe() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			CompletableFuture<Void> answers = CompletableFuture.runAsync(() -> {
				awaitLatch(released);
				write(session, "ok\n\n".repeat(50_000));
			}, TestThreads.NEW_THREAD);
			session.staySilent();
			answers.join();
		}); MetricClient client = connect(server)) {
			CompletableFuture<PutPipeline> opened = new CompletableFuture<>();
			Thread putting = new Thread(() -> {
				try (PutPipeline pipeline = client.pipeline((index, rejection) -> {
				})) {
					opened.complete(pipeline);
					points(50_000).forEach(pipeline::put);
				}
			});
			putting.start();
			PutPipeline pipeline = opened.get();
			// The points are sent some hundreds at a time.
			Awaitility.await()
				.atMost(30, TimeUnit.SECONDS)
				.until(() -> putting.getState() == Thread.State.WAITING && pipeline.progress().sent() > 31_000);
			assertThat(pipeline.progress().sent()).isLessThanOrEqualTo(32_768);
			released.countDown();
			putting.join();
			assertThat(pipeline.progress().acknowledged()).isEqualTo(50_000);
		}
		finally {
			released.countDown();
		}
	}

	@Test
	void flushedPointsAreAnsweredWithoutMore() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n"); MetricClient client = connect(server)) {
			try (PutPipeline pipeline = client.pipeline((index, rejection) -> {
			})) {
				for (int i = 0; i < 3; i++) {
					pipeline.put(KeyedPoint.of("palm.cpu", (double) i).at(i));
					assertThat(pipeline.await().acknowledged()).isEqualTo(i + 1);
				}
				pipeline.put(KeyedPoint.of("palm.cpu", 3).at(3));
				assertThatIllegalStateException().isThrownBy(() -> client.get("palm.cpu"));
			}
			assertThat(server.lines()).hasSize(4);
			assertThat(client.get("palm.cpu")).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void closeTellsAFailureThatNoOtherMethodHasTold(boolean reconnecting) throws IOException {
		CountDownLatch flushed = new CountDownLatch(1);
		try (ScriptedServer server = resettingFirst(flushed);
				MetricClient client = reconnecting ? connectAgainIfLost(server) : connect(server)) {
			PutPipeline pipeline = client.pipeline((index, rejection) -> {
			});
			pipeline.put(KeyedPoint.of("palm.cpu", 1).at(5));
			pipeline.flush();
			flushed.countDown();
			Awaitility.await().until(() -> pipeline.failure() != null);
			MetricClientException failure = MetricClientTests.assertFails(Reason.CLOSED, pipeline::close);
			assertThat(failure.progress()).isEqualTo(new PutProgress(1, 0, 0, -1));
			pipeline.close();
			if (reconnecting) {
				client.put("palm.cpu", 1, Instant.ofEpochSecond(5));
				assertThat(server.connections()).isEqualTo(2);
			}
			else {
				MetricClientTests.assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			}
		}
	}

	@Test
	void closeDoesNotTellAFailureTwice() throws IOException {
		try (ScriptedServer server = resettingFirst(new CountDownLatch(0)); MetricClient client = connect(server)) {
			try (PutPipeline pipeline = client.pipeline((index, rejection) -> {
			})) {
				pipeline.put(KeyedPoint.of("palm.cpu", 1).at(5));
				MetricClientTests.assertFails(Reason.CLOSED, pipeline::await);
			}
		}
	}

	@Test
	void interruptedThreadGivesUp() throws IOException {
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				MetricClient client = connect(server)) {
			Thread.currentThread().interrupt();
			MetricClientTests.assertFails(Reason.CLOSED, () -> client.put(points(10)));
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	private static void await(ScriptedServer.Session session) {
		synchronized (session) {
			try {
				session.wait(10_000);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static void write(ScriptedServer.Session session, String text) {
		try {
			session.write(text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ScriptedServer resettingFirst(CountDownLatch told) throws IOException {
		return ScriptedServer.start((session) -> {
			session.readLine();
			if (session.number() == 1) {
				awaitLatch(told);
				session.reset();
			}
			session.write("ok\n\n");
		});
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static MetricClient connectAgainIfLost(ScriptedServer server) {
		return MetricClient.connect(ClientOptions.of("127.0.0.1", server.port()).withReconnect(Backoff.DEFAULT));
	}

	private static ScriptedServer refusing(Integer... numbers) throws IOException {
		List<Integer> refused = List.of(numbers);
		return ScriptedServer.start((session) -> {
			for (int i = 0; session.readLine() != null; i++) {
				session.write(refused.contains(i) ? "error\nwrong command\n\n" : "ok\n\n");
			}
		});
	}

	private static MetricClient connect(ScriptedServer server) {
		return MetricClient.connect("127.0.0.1", server.port());
	}

	private static List<KeyedPoint> points(int count) {
		return LongStream.range(0, count).mapToObj((i) -> KeyedPoint.of("palm.cpu", (double) i).at(i)).toList();
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.eardrum.fixture.TestSeed;
import io.eardrum.server.fixture.ModelClient;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests many commands, many connections and long replies against a simple model.
 */
@Timeout(60)
class ModelIntegrationTests {

	private static final int CONNECTIONS = 6;

	private static final int BATCHES = 150;

	private static final int MAX_BATCH = 64;

	@RegisterExtension
	private static final RunningServer server = RunningServer.with();

	private ExecutorService executor;

	@BeforeEach
	void startExecutor() {
		this.executor = Executors.newCachedThreadPool();
	}

	@AfterEach
	void stopExecutor() {
		this.executor.shutdownNow();
	}

	@Test
	void concurrentConnectionsGetWhatTheModelSays() throws Exception {
		long seed = TestSeed.value();
		List<ModelClient> models = new ArrayList<>();
		List<Callable<Void>> runs = new ArrayList<>();
		for (int i = 0; i < CONNECTIONS; i++) {
			ModelClient model = new ModelClient("model" + i, seed + i);
			models.add(model);
			runs.add(() -> run(model, "seed " + seed));
		}
		for (Future<Void> run : this.executor.invokeAll(runs)) {
			run.get();
		}
		assertThatAllSeriesAreThoseOf(models, "seed " + seed);
	}

	private Void run(ModelClient model, String context) throws IOException {
		try (TestClient client = server.client()) {
			StringBuilder sent = new StringBuilder();
			StringBuilder expected = new StringBuilder();
			for (int batch = 0; batch < BATCHES; batch++) {
				sent.setLength(0);
				expected.setLength(0);
				for (int lines = 1 + model.below(MAX_BATCH); lines > 0; lines--) {
					model.next(sent, expected);
				}
				model.sendInPieces(client, sent.toString());
				String wanted = expected.toString();
				String received = client.read(wanted.getBytes(StandardCharsets.UTF_8).length);
				Replies.assertSame(context + ", batch " + batch, received, wanted);
			}
			assertThat(client.halfClose().readToEnd()).as(context).isEmpty();
		}
		return null;
	}

	private void assertThatAllSeriesAreThoseOf(List<ModelClient> models, String context) throws IOException {
		String all = server.conversation("get *\n");
		List<String> keys = new ArrayList<>();
		for (String row : all.substring("ok\n".length(), all.length() - 1).lines().toList()) {
			String key = row.substring(0, row.indexOf(' '));
			if (keys.isEmpty() || !keys.get(keys.size() - 1).equals(key)) {
				keys.add(key);
			}
		}
		Set<String> distinct = new HashSet<>(keys);
		assertThat(keys).as("rows are grouped by key, " + context).hasSameSizeAs(distinct);
		for (ModelClient model : models) {
			assertThat(keys.stream().filter(model::owns)).as("order of first puts, " + context)
				.containsExactlyElementsOf(model.keys());
		}
		StringBuilder expected = new StringBuilder("ok\n");
		for (String key : keys) {
			models.forEach((model) -> expected.append(model.rows(key)));
		}
		if (keys.stream().allMatch((key) -> models.stream().anyMatch((model) -> model.owns(key)))) {
			Replies.assertSame(context, all, expected.append('\n').toString());
		}
		else {
			for (ModelClient model : models) {
				for (String key : model.keys()) {
					assertThat(all.contains(model.rows(key))).as(key + ", " + context).isTrue();
				}
			}
		}
	}

	@Test
	void answersTwentyThousandPipelinedCommandsInOrder() throws Exception {
		long seed = TestSeed.value();
		ModelClient model = new ModelClient("pipeline", seed);
		StringBuilder sent = new StringBuilder();
		StringBuilder expected = new StringBuilder();
		for (int i = 0; i < 20_000; i++) {
			model.next(sent, expected);
		}
		try (TestClient client = server.client()) {
			Future<?> writer = this.executor.submit(() -> {
				model.sendInPieces(client, sent.toString());
				return client.halfClose();
			});
			Replies.assertSame("seed " + seed, client.readToEnd(), expected.toString());
			writer.get(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void servesFiveHundredConnectionsAtOnce() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try {
			for (int i = 0; i < 500; i++) {
				clients.add(server.client());
			}
			for (int round = 0; round < 4; round++) {
				for (int i = 0; i < clients.size(); i++) {
					clients.get(i).send("put many." + i + " " + round + " 1\nget many." + i + "\nwrong\n");
				}
				for (int i = 0; i < clients.size(); i++) {
					assertThat(clients.get(i).reply()).isEqualTo(Replies.OK);
					assertThat(clients.get(i).reply()).isEqualTo("ok\nmany." + i + " " + round + ".0 1\n\n");
					assertThat(clients.get(i).reply()).isEqualTo(Replies.WRONG_COMMAND);
				}
			}
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@Test
	void streamsLongReplyToFastAndSlowReaders() throws Exception {
		try (RunningServer big = RunningServer.start()) {
			String expected = fill(big, 10, 20_000);
			Replies.assertSame("fast", big.conversation("get *\n"), expected);
			int from = expected.indexOf("big.7 ");
			int to = expected.indexOf("big.8 ");
			Replies.assertSame("one series", big.conversation("get big.7\n"),
					"ok\n" + expected.substring(from, to) + "\n");
			assertThatSlowReaderGets(expected, big);
		}
	}

	private void assertThatSlowReaderGets(String expected, RunningServer big) throws IOException {
		byte[] wanted = (expected + Replies.OK).getBytes(StandardCharsets.UTF_8);
		byte[] buffer = new byte[4096];
		try (TestClient slow = TestClient.connectWithSmallReceiveBuffer(big.tcpPort(), 64 * 1024);
				TestClient other = big.client()) {
			slow.send("get *\nget nobody\n");
			StringBuilder received = new StringBuilder();
			int reads = 0;
			while (received.length() < wanted.length) {
				int length = slow.read(buffer);
				assertThat(length).as("after " + received.length() + " bytes").isPositive();
				received.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
				if (reads++ % 8 == 0) {
					assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
				}
			}
			Replies.assertSame("slow", received.toString(), expected + Replies.OK);
		}
	}

	/**
	 * Puts many points.
	 * @param big the server to put them to
	 * @param series the number of series
	 * @param points the number of points for each series
	 * @return what {@code get *} must answer
	 * @throws Exception if that fails
	 */
	private String fill(RunningServer big, int series, int points) throws Exception {
		StringBuilder puts = new StringBuilder();
		StringBuilder rows = new StringBuilder("ok\n");
		for (int i = 0; i < series; i++) {
			for (int j = 0; j < points; j++) {
				puts.append("put big.").append(i).append(' ').append(j).append(".5 ").append(j).append('\n');
				rows.append("big.").append(i).append(' ').append(j).append(".5 ").append(j).append('\n');
			}
		}
		try (TestClient client = big.client()) {
			Future<?> writer = this.executor.submit(() -> client.send(puts.toString()).halfClose());
			Replies.assertSame("puts", client.readToEnd(), Replies.OK.repeat(series * points));
			writer.get(10, TimeUnit.SECONDS);
		}
		return rows.append('\n').toString();
	}

}

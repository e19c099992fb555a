package io.eardrum.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.TestSeed;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for points whose timestamps are in the future, or swapped with the value. Without
 * a limit they are stored, counted and logged; with a limit, those beyond it are refused,
 * whichever way they arrive.
 */
@Timeout(90)
class FutureTimestampsIntegrationTests {

	private static final String IN_FUTURE = "error\ntimestamp too far in the future\n\n";

	private static final String TOO_MANY_SERIES = "error\ntoo many series\n\n";

	private final long now = Instant.now().getEpochSecond();

	private final long millis = this.now * 1000;

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "memory", "embedded" })
	void pointsBeyondTheLimitAreRefusedOneByOne(String type) throws Exception {
		try (RunningServer server = start(type, "--eardrum.storage.max-future=1h", "--eardrum.storage.max-series=2",
				"--eardrum.graphite.port=0")) {
			assertThat(server.conversation("put a 1 %d\nput a 2 %d\nput a 3 %d\nnonsense\nput b 1 %d\nget b\n"
				.formatted(this.now + 3000, this.now + 3700, this.millis, this.millis)
					+ "put b 1 1\nput c 1 1\nput c 1 %d\nput a 4 4\n".formatted(Long.MAX_VALUE)))
				.isEqualTo(Replies.OK + IN_FUTURE + IN_FUTURE + Replies.WRONG_COMMAND + IN_FUTURE + "ok\n\n"
						+ Replies.OK + TOO_MANY_SERIES + IN_FUTURE + Replies.OK);
			assertThat(server.conversation("get *\n"))
				.isEqualTo("ok\na 4.0 4\na 1.0 %d\nb 1.0 1\n\n".formatted(this.now + 3000));
			PrometheusScrape scrape = server.scrape();
			assertThat(scrape.sum("eardrum_errors_total", "command", "put", "reason", "timestamp_in_future"))
				.isEqualTo(4);
			assertThat(scrape.sum("eardrum_errors_total", "reason", "too_many_series")).isEqualTo(1);
			assertThat(scrape.sum("eardrum_requests_total", "command", "put", "outcome", "error")).isEqualTo(5);
			assertThat(scrape.sum("eardrum_points_put_total")).isEqualTo(3);
			assertThat(scrape.sum("eardrum_points_suspect_total")).isZero();
			HttpAnswer answer = HttpAnswer.post(server.httpPort(), "/api/points", "text/plain",
					"put a 3 3\nput a 1 %d\nput c 1 1\nput b 3 3\n".formatted(this.millis));
			assertThat(answer.status()).isEqualTo(422);
			assertThat(answer.body()).contains("\"stored\":2", "{\"line\":2,\"reason\":\"timestamp_in_future\"",
					"{\"line\":3,\"reason\":\"too_many_series\"");
			try (TestClient client = TestClient.connect(server.graphiteAddress().getPort())) {
				assertThat(client.send("a 5 5\na 6 %d\na 7 7\n".formatted(this.millis)).halfClose().readToEnd())
					.isEmpty();
			}
			scrape = server.scrape();
			assertThat(scrape.sum("eardrum_graphite_errors_total", "reason", "timestamp_in_future")).isEqualTo(1);
			assertThat(scrape.sum("eardrum_graphite_points_total")).isEqualTo(2);
			assertThat(server.conversation("get a\n"))
				.isEqualTo("ok\na 3.0 3\na 4.0 4\na 5.0 5\na 7.0 7\na 1.0 %d\n\n".formatted(this.now + 3000));
		}
	}

	@Test
	void suspectPointsAreStoredCountedAndWarnedOf() throws Exception {
		try (RunningServer server = start("embedded", "--eardrum.graphite.port=0")) {
			assertThat(server
				.conversation("put a 1 %d\nput a 2 %d\nput b %d 42\n".formatted(this.millis, this.now, this.now)))
				.isEqualTo(Replies.OK.repeat(3));
			assertThat(HttpAnswer
				.post(server.httpPort(), "/api/points", "text/plain", "put c 1 %d\n".formatted(this.millis))
				.status()).isEqualTo(200);
			try (TestClient client = TestClient.connect(server.graphiteAddress().getPort())) {
				client.send("d 5 %d\n".formatted(this.millis)).halfClose().readToEnd();
			}
			PrometheusScrape scrape = server.scrape();
			assertThat(scrape.sum("eardrum_points_suspect_total", "reason", "future")).isEqualTo(3);
			assertThat(scrape.sum("eardrum_points_suspect_total", "reason", "swapped")).isEqualTo(1);
			assertThat(scrape.sum("eardrum_points_put_total")).isEqualTo(5);
			assertThat(server.log().lines().filter((line) -> line.contains("WARN"))).hasSize(2)
				.anyMatch((line) -> line.contains("A point of a has the timestamp " + this.millis))
				.anyMatch((line) -> line.contains("A point of b has the timestamp 42 and the value " + this.now));
			assertThat(server.conversation("get a\n"))
				.isEqualTo("ok\na 2.0 %d\na 1.0 %d\n\n".formatted(this.now, this.millis));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "embedded" })
	void seriesAheadAreShown(String type) throws Exception {
		String puts = "put a 1 %d\nput a 2 %d\nput b 1 %d\n".formatted(this.millis, this.now, this.now);
		try (RunningServer server = start(type)) {
			assertThat(server.conversation(puts)).isEqualTo(Replies.OK.repeat(3));
			if (type.equals("memory")) {
				awaitAhead(server);
			}
		}
		if (type.equals("embedded")) {
			// The meter is updated once a minute, and soon after a start.
			try (RunningServer server = start(type)) {
				awaitAhead(server);
			}
		}
	}

	private static void awaitAhead(RunningServer server) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(server.scrape().sum("eardrum_series_ahead")).isEqualTo(1));
		assertThat(HttpAnswer.get(server.httpPort(), "/api/series?match=b").body())
			.contains("],\"total\":1,\"ahead\":{\"count\":1,\"example\":\"a\"}}");
	}

	// Frames of many points, so that rounds are committed in the middle of them.
	@Test
	void everyPutGetsTheReplyThatIsDueToIt() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		StringBuilder lines = new StringBuilder("put known 1 1\n");
		StringBuilder replies = new StringBuilder(Replies.OK);
		for (int i = 0; i < 60_000; i++) {
			int dice = random.nextInt(10);
			if (dice < 4) {
				lines.append("put known 1 ").append(i).append('\n');
				replies.append(Replies.OK);
			}
			else if (dice < 6) {
				lines.append("put new 1 ").append(i).append('\n');
				replies.append(TOO_MANY_SERIES);
			}
			else if (dice < 9) {
				lines.append(random.nextBoolean() ? "put known 1 " : "put new 1 ").append(this.millis + i).append('\n');
				replies.append(IN_FUTURE);
			}
			else {
				lines.append("put wrong x ").append(i).append('\n');
				replies.append(Replies.WRONG_COMMAND);
			}
		}
		try (RunningServer server = start("embedded", "--eardrum.storage.max-future=1d",
				"--eardrum.storage.max-series=1"); TestClient client = server.client()) {
			byte[] bytes = lines.toString().getBytes(StandardCharsets.US_ASCII);
			Thread sender = new Thread(() -> {
				try {
					client.send(bytes);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			sender.start();
			assertThat(client.read(replies.length()).equals(replies.toString())).as("-Deardrum.test.seed=" + seed)
				.isTrue();
			sender.join();
		}
	}

	private RunningServer start(String type, String... more) {
		String[] arguments = new String[more.length + 3];
		arguments[0] = "--eardrum.storage.type=" + type;
		arguments[1] = "--eardrum.storage.path=" + this.directory.resolve("store");
		arguments[2] = "--eardrum.storage.memory=64MB";
		System.arraycopy(more, 0, arguments, 3, more.length);
		return RunningServer.start(arguments);
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;

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
 * Tests for what happens when the server has as many series as it allows.
 */
@Timeout(90)
class SeriesLimitIntegrationTests {

	private static final String TOO_MANY_SERIES = "error\ntoo many series\n\n";

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "memory", "embedded" })
	void newSeriesAreRefusedAndAllOthersGoOn(String type) throws Exception {
		try (RunningServer server = start(type, 3)) {
			assertThat(
					server.conversation("put a 1 1\nput b 1 1\nput c 1 1\nput d 1 1\nput a 2 2\nnonsense\nput e 1 1\n"))
				.isEqualTo(
						Replies.OK.repeat(3) + TOO_MANY_SERIES + Replies.OK + Replies.WRONG_COMMAND + TOO_MANY_SERIES);
			assertThat(server.conversation("get *\nget d\n"))
				.isEqualTo("ok\na 1.0 1\na 2.0 2\nb 1.0 1\nc 1.0 1\n\nok\n\n");
			PrometheusScrape scrape = server.scrape();
			assertThat(scrape.sum("eardrum_errors_total", "reason", "too_many_series")).isEqualTo(2);
			assertThat(scrape.sum("eardrum_requests_total", "command", "put", "outcome", "error")).isEqualTo(2);
			assertThat(scrape.sum("eardrum_points_put_total")).isEqualTo(4);
			assertThat(scrape.sum("eardrum_series")).isEqualTo(3);
			HttpAnswer answer = HttpAnswer.post(server.httpPort(), "/api/points", "text/plain",
					"put a 3 3\nput f 1 1\nput b 3 3\n");
			assertThat(answer.status()).isEqualTo(422);
			assertThat(answer.body()).contains("\"stored\":2", "\"line\":2", "\"reason\":\"too_many_series\"");
		}
	}

	@Test
	void storeThatHasMoreSeriesThanItMayKeepsThem() throws Exception {
		try (RunningServer server = start("embedded", 100)) {
			assertThat(server.conversation("put a 1 1\nput b 1 1\nput c 1 1\n")).isEqualTo(Replies.OK.repeat(3));
		}
		try (RunningServer server = start("embedded", 2)) {
			assertThat(server.conversation("put c 2 2\nput d 1 1\nget *\n"))
				.isEqualTo(Replies.OK + TOO_MANY_SERIES + "ok\na 1.0 1\nb 1.0 1\nc 1.0 1\nc 2.0 2\n\n");
			assertThat(server.scrape().sum("eardrum_storage_max_series")).isEqualTo(2);
		}
		try (RunningServer server = start("embedded", 4)) {
			assertThat(server.conversation("put d 1 1\nput e 1 1\nget c\n"))
				.isEqualTo(Replies.OK + TOO_MANY_SERIES + "ok\nc 1.0 1\nc 2.0 2\n\n");
		}
	}

	// Frames of many points, so that rounds are committed in the middle of them.
	@Test
	void everyPutGetsTheReplyThatIsDueToIt() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		StringBuilder lines = new StringBuilder();
		StringBuilder replies = new StringBuilder();
		for (int i = 0; i < 50; i++) {
			lines.append("put known.").append(i).append(" 1 1\n");
			replies.append(Replies.OK);
		}
		for (int i = 0; i < 60_000; i++) {
			int dice = random.nextInt(10);
			if (dice < 5) {
				lines.append("put known.").append(random.nextInt(50)).append(" 1 ").append(i).append('\n');
				replies.append(Replies.OK);
			}
			else if (dice < 9) {
				lines.append("put new.").append(random.nextInt(1000)).append(" 1 ").append(i).append('\n');
				replies.append(TOO_MANY_SERIES);
			}
			else {
				lines.append("put wrong x ").append(i).append('\n');
				replies.append(Replies.WRONG_COMMAND);
			}
		}
		try (RunningServer server = start("embedded", 50); TestClient client = server.client()) {
			Thread sender = new Thread(() -> {
				try {
					client.send(lines.toString());
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

	private RunningServer start(String type, int maxSeries) {
		return RunningServer.start("--eardrum.storage.type=" + type,
				"--eardrum.storage.path=" + this.directory.resolve("store"),
				"--eardrum.storage.max-series=" + maxSeries, "--eardrum.storage.memory=64MB");
	}

}

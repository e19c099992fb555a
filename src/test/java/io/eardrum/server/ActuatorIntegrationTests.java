package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for health and meters over HTTP, compared with what clients sent and received.
 */
class ActuatorIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final InterceptedStorage storage = new InterceptedStorage();

	@RegisterExtension
	private final RunningServer server = RunningServer.with(this.storage, "--eardrum.tcp.max-connections=3");

	private long sent;

	private long received;

	@Test
	void healthTellsAboutTcpAndStorage() {
		HttpAnswer health = HttpAnswer.get(this.server.httpPort(), "/actuator/health");
		assertThat(health.status()).isEqualTo(200);
		assertThat(JsonPath.<String>read(health.body(), "$.status")).isEqualTo("UP");
		assertThat(JsonPath.<String>read(health.body(), "$.components.tcp.status")).isEqualTo("UP");
		assertThat(JsonPath.<Object>read(health.body(), "$.components.tcp.details").toString()).contains("127.0.0.1")
			.contains(Integer.toString(this.server.tcpPort()));
		assertThat(JsonPath.<String>read(health.body(), "$.components.storage.status")).isEqualTo("UP");
		assertThat(JsonPath.<Object>read(health.body(), "$.components.storage.details").toString()).contains("memory");
		assertThat(JsonPath.<Object>read(health.body(), "$.components.diskSpace.details").toString()).contains("free")
			.doesNotContain("path");
	}

	@Test
	void billOfMaterialsNamesWhatTheServerIsMadeOf() {
		HttpAnswer bill = HttpAnswer.get(this.server.httpPort(), "/actuator/sbom/application");
		assertThat(bill.status()).isEqualTo(200);
		assertThat(JsonPath.<String>read(bill.body(), "$.bomFormat")).isEqualTo("CycloneDX");
		assertThat(JsonPath.<List<String>>read(bill.body(), "$.components[*].name"))
			.contains("rocksdbjni", "spring-integration-ip", "tomcat-embed-core", "uplot")
			.doesNotContain("archunit", "jmh-core");
	}

	@ParameterizedTest
	@ValueSource(strings = { "liveness", "readiness" })
	void healthHasGroupOf(String group) {
		HttpAnswer health = HttpAnswer.get(this.server.httpPort(), "/actuator/health/" + group);
		assertThat(health.status()).isEqualTo(200);
		assertThat(JsonPath.<String>read(health.body(), "$.status")).isEqualTo("UP");
	}

	@Test
	void storeThatTakesNoPointsIsSeenByHealthAndMetersAndTheProcessLives() {
		this.storage.takesNoPoints("the disk is full");
		int port = this.server.httpPort();
		HttpAnswer health = HttpAnswer.get(port, "/actuator/health");
		assertThat(health.status()).isEqualTo(503);
		assertThat(JsonPath.<String>read(health.body(), "$.components.storage.details.problem"))
			.isEqualTo("the disk is full");
		assertThat(HttpAnswer.get(port, "/actuator/health/readiness").status()).isEqualTo(503);
		assertThat(HttpAnswer.get(port, "/actuator/health/liveness").status()).isEqualTo(200);
		assertThat(this.server.scrape().sum("eardrum_storage_writable")).isZero();
	}

	@Test
	void countersStartAtZeroForEveryReasonThatCanCome() {
		PrometheusScrape scrape = this.server.scrape();
		for (String reason : new String[] { "unknown_command", "wrong_word_count", "bad_key", "bad_value",
				"bad_timestamp", "line_too_long", "bad_encoding", "http", "cut_line", "storage" }) {
			assertThat(scrape.has("eardrum_errors_total", "reason", reason)).as(reason).isTrue();
		}
		assertThat(scrape.sum("eardrum_errors_total")).isZero();
		for (String command : new String[] { "put", "get", "get_all", "unknown" }) {
			assertThat(scrape.has("eardrum_requests_total", "command", command, "outcome", "error")).as(command)
				.isTrue();
		}
		assertThat(scrape.sum("eardrum_requests_total")).isZero();
		assertThat(scrape.has("eardrum_connections_active")).isTrue();
		assertThat(scrape.sum("eardrum_connections_limit")).isEqualTo(3);
		assertThat(scrape.sum("eardrum_storage_writable")).isEqualTo(1);
		assertThat(scrape.has("eardrum_series")).isTrue();
		assertThat(scrape.has("eardrum_frame_duration_seconds_count")).isTrue();
	}

	@Test
	void countersAddUpToWhatWasSent() throws Exception {
		say("put a 1 1\nput a 2 2\nput b 3 3\nput a 4 2\n");
		say("get a\nget b\nget nobody\nget *\n\n");
		say("wrong\nalso wrong\nget a b\nput a\nget\nput a 1 1 1\n");
		say("put * 1 1\nget a\u0001\nput " + "k".repeat(513) + " 1 1\n");
		say("put a nan 1\nput a 1e400 1\nput a 1 1.0\n");
		say("x".repeat(5000) + "\n" + "y".repeat(20_000) + "\n");
		say("get \u00c3\nget \u00ff\u00fb\u0001a\n");
		say("put a 7 7");
		say("POST / HTTP/1.1\r\n");
		this.storage.beforePut((batch) -> {
			throw new StorageException("the disk is full");
		});
		say("put a 8 8\n");
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(this.server.scrape().sum("eardrum_connections_active")).isZero());
		PrometheusScrape scrape = this.server.scrape();
		assertThatErrorsAddUp(scrape);
		assertThatRequestsAddUp(scrape);
		assertThat(scrape.sum("eardrum_points_put_total")).as("points put").isEqualTo(4);
		assertThat(scrape.sum("eardrum_points_returned_total")).as("points returned").isEqualTo(2 + 1 + 3 + 2);
		assertThat(scrape.sum("eardrum_series")).as("series").isEqualTo(2);
		assertThat(scrape.sum("eardrum_connections_total", "outcome", "accepted")).as("accepted").isEqualTo(10);
		assertThat(scrape.sum("eardrum_connections_total", "outcome", "rejected")).as("rejected").isZero();
		assertThat(scrape.sum("eardrum_connections_reset_total")).as("reset").isZero();
		assertThat(scrape.sum("eardrum_frame_duration_seconds_count")).as("frames").isBetween(10.0, 32.0);
		assertThat(scrape.has("eardrum_frame_duration_seconds_bucket")).as("a histogram").isTrue();
		assertThat(bytes(scrape, "received")).as("bytes in").isEqualTo((double) this.sent);
		assertThat(bytes(scrape, "sent")).as("bytes out").isEqualTo((double) this.received);
	}

	private static void assertThatErrorsAddUp(PrometheusScrape scrape) {
		assertThat(errors(scrape, "unknown_command")).as("unknown commands").isEqualTo(2);
		assertThat(errors(scrape, "wrong_word_count")).as("wrong word counts").isEqualTo(4);
		assertThat(errors(scrape, "bad_key")).as("bad keys").isEqualTo(3);
		assertThat(errors(scrape, "bad_value")).as("bad values").isEqualTo(2);
		assertThat(errors(scrape, "bad_timestamp")).as("bad timestamps").isEqualTo(1);
		assertThat(errors(scrape, "line_too_long")).as("lines too long").isEqualTo(2);
		assertThat(errors(scrape, "bad_encoding")).as("bad encodings").isEqualTo(1);
		assertThat(errors(scrape, "cut_line")).as("cut lines").isEqualTo(1);
		assertThat(errors(scrape, "http")).as("http").isEqualTo(1);
		assertThat(errors(scrape, "storage")).as("storage").isEqualTo(1);
		assertThat(scrape.sum("eardrum_errors_total")).as("errors").isEqualTo(18);
	}

	private static void assertThatRequestsAddUp(PrometheusScrape scrape) {
		assertThat(requests(scrape, "put", "ok")).as("puts that were ok").isEqualTo(4);
		assertThat(requests(scrape, "get", "ok")).as("gets that were ok").isEqualTo(4);
		assertThat(requests(scrape, "get_all", "ok")).as("gets of all that were ok").isEqualTo(1);
		assertThat(requests(scrape, "put", "error")).as("puts that were not").isEqualTo(2 + 2 + 3 + 1);
		assertThat(requests(scrape, "get", "error")).as("gets that were not").isEqualTo(2 + 1);
		assertThat(requests(scrape, "get_all", "error")).as("gets of all that were not").isZero();
		assertThat(requests(scrape, "unknown", "error")).as("unknown").isEqualTo(2 + 2 + 1 + 1 + 1);
		assertThat(requests(scrape, "unknown", "ok")).as("unknown and ok").isZero();
		assertThat(scrape.sum("eardrum_requests_total", "outcome", "ok")).as("ok").isEqualTo(9);
		assertThat(scrape.sum("eardrum_requests_total", "outcome", "error")).as("error").isEqualTo(18);
	}

	@Test
	void countersAddUpUnderPipelining() throws Exception {
		say("put a 1 1\nwrong\nget a\n\nput a x 1\nget *\n".repeat(3000));
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			PrometheusScrape scrape = this.server.scrape();
			assertThat(requests(scrape, "put", "ok")).isEqualTo(3000);
			assertThat(requests(scrape, "put", "error")).isEqualTo(3000);
			assertThat(requests(scrape, "unknown", "error")).isEqualTo(3000);
			assertThat(requests(scrape, "get", "ok")).isEqualTo(3000);
			assertThat(requests(scrape, "get_all", "ok")).isEqualTo(3000);
			assertThat(scrape.sum("eardrum_errors_total")).isEqualTo(6000);
			assertThat(scrape.sum("eardrum_points_put_total")).isEqualTo(3000);
			assertThat(scrape.sum("eardrum_points_returned_total")).isEqualTo(6000);
			assertThat(bytes(scrape, "received")).isEqualTo((double) this.sent);
			assertThat(bytes(scrape, "sent")).isEqualTo((double) this.received);
		});
	}

	@Test
	void countsConnectionsThatAreOpenAcceptedAndRejected() throws Exception {
		try (TestClient first = this.server.client();
				TestClient second = this.server.client();
				TestClient third = this.server.client()) {
			for (TestClient client : new TestClient[] { first, second, third }) {
				assertThat(client.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
			for (int i = 0; i < 4; i++) {
				try (TestClient refused = this.server.client()) {
					assertThat(refused.readUntilClosed().text()).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
				}
			}
			assertThatConnectionsAre(3, 3, 4);
			assertThat(this.server.log().lines().filter((line) -> line.contains("Clients are turned away")))
				.hasSizeBetween(1, 3);
		}
		assertThatConnectionsAre(0, 3, 4);
	}

	private void assertThatConnectionsAre(int active, int accepted, int rejected) {
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			PrometheusScrape scrape = this.server.scrape();
			assertThat(scrape.sum("eardrum_connections_active")).as("active").isEqualTo(active);
			assertThat(scrape.sum("eardrum_connections_total", "outcome", "accepted")).as("accepted")
				.isEqualTo(accepted);
			assertThat(scrape.sum("eardrum_connections_total", "outcome", "rejected")).as("rejected")
				.isEqualTo(rejected);
		});
	}

	/**
	 * Holds a conversation over a connection of its own, and counts its bytes.
	 * @param latin1 what to send, one character for each byte
	 * @throws IOException if the conversation fails
	 */
	private void say(String latin1) throws IOException {
		byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
		this.sent += bytes.length;
		this.received += this.server.conversation(bytes).getBytes(StandardCharsets.UTF_8).length;
	}

	private static double errors(PrometheusScrape scrape, String reason) {
		return scrape.sum("eardrum_errors_total", "reason", reason);
	}

	private static double requests(PrometheusScrape scrape, String command, String outcome) {
		return scrape.sum("eardrum_requests_total", "command", command, "outcome", outcome);
	}

	private static double bytes(PrometheusScrape scrape, String direction) {
		return scrape.sum("eardrum_network_bytes_total", "direction", direction);
	}

}

package io.eardrum.web.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.server.TcpEndpoint;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what operators look at and do over HTTP, against a running server.
 */
class OperatorEndpointsIntegrationTests {

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	@Test
	void statCountsFromTheStart() {
		server.put("stat.one", 1, 1);
		HttpResponse<String> answer = server.get("/api/stat");
		assertThat(answer.statusCode()).isEqualTo(200);
		JsonNode stat = json(answer);
		assertThat(stat.get("pointsPut").asLong()).isPositive();
		assertThat(stat.get("pointsRefused").asLong()).isNotNegative();
		assertThat(stat.get("series").asLong()).isPositive();
		assertThat(stat.get("uptimeSeconds").asDouble()).isPositive();
		assertThat(stat.get("storageWritable").asBoolean()).isTrue();
		assertThat(stat.get("clientsLimit").asLong()).isPositive();
		server.get("/api/points?key=stat.one");
		assertThat(json(server.get("/api/stat")).get("pointsReturned").asLong())
			.isGreaterThan(stat.get("pointsReturned").asLong());
		String csv = server.get("/api/stat?format=csv").body();
		assertThat(csv).startsWith("name,value\nversion,").contains("\nseries,", "\nstorageEngine,");
		assertThat(csv.lines()).allMatch((line) -> line.split(",", -1).length == 2);
	}

	@Test
	void lastBackupIsKnownAlsoAfterAStart(@TempDir Path directory) {
		String[] arguments = { "--eardrum.storage.type=embedded", "--eardrum.storage.path=" + directory };
		try (WebServer durable = WebServer.start(arguments)) {
			durable.put("stat.one", 1, 1);
			assertThat(json(durable.get("/api/stat")).has("lastBackup")).isFalse();
			assertThat(durable.get("/actuator/prometheus").body()).contains("eardrum_backups_last_age_seconds NaN",
					"eardrum_backups_last_bytes NaN");
			assertThat(durable.post("/actuator/backup", "application/json", "{}").statusCode()).isEqualTo(200);
			assertThatLastBackupIsKnown(durable);
		}
		try (WebServer again = WebServer.start(arguments)) {
			assertThatLastBackupIsKnown(again);
		}
	}

	private static void assertThatLastBackupIsKnown(WebServer durable) {
		JsonNode stat = json(durable.get("/api/stat"));
		assertThat(Instant.parse(stat.get("lastBackup").asString())).isBefore(Instant.now().plusSeconds(1))
			.isAfter(Instant.now().minusSeconds(600));
		assertThat(stat.get("lastBackupBytes").asLong()).isPositive();
		assertThat(stat.get("backupsFailed").asLong()).isZero();
		assertThat(durable.get("/actuator/prometheus").body())
			.containsPattern("(?m)^eardrum_backups_last_age_seconds [0-9]+\\.0$")
			.containsPattern("(?m)^eardrum_backups_last_bytes [1-9]");
	}

	@Test
	void clientIsListedAndEnded() throws Exception {
		try (Socket client = new Socket(address().getAddress(), address().getPort())) {
			client.setSoTimeout(10_000);
			client.getOutputStream().write("put operator.seen 1 1\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(client.getInputStream().readNBytes(4)).asString(StandardCharsets.US_ASCII).isEqualTo("ok\n\n");
			JsonNode seen = client(client.getLocalPort());
			assertThat(seen.get("address").asString()).isEqualTo("127.0.0.1");
			assertThat(seen.get("localPort").asInt()).isEqualTo(address().getPort());
			assertThat(seen.get("bytesReceived").asInt()).isEqualTo(22);
			assertThat(seen.get("bytesSent").asInt()).isEqualTo(4);
			assertThat(seen.get("tls").asBoolean()).isFalse();
			await().atMost(Duration.ofSeconds(10))
				.until(() -> "idle".equals(client(client.getLocalPort()).get("state").asString()));
			String csv = server.get("/api/clients?format=csv").body();
			assertThat(csv).startsWith("id,address,port,").contains("," + client.getLocalPort() + ",");
			String path = "/api/clients/" + seen.get("id").asLong();
			HttpResponse<String> ended = server.method("DELETE", path);
			assertThat(ended.statusCode()).isEqualTo(200);
			assertThat(ended.body()).isEqualTo("{\"ended\":" + seen.get("id").asLong() + "}\n");
			// Reset, so reading fails or ends.
			assertThat(isEnded(client)).isTrue();
			assertThat(server.method("DELETE", path).statusCode()).isEqualTo(404);
		}
		assertThat(server.get("/actuator/prometheus").body())
			.contains("eardrum_connections_reset_total{reason=\"operator\"} 1.0");
	}

	@Test
	void clientThatTakesNoRepliesIsSlow() throws Exception {
		for (int i = 0; i < 200; i++) {
			server.put("slow." + i, i, i);
		}
		try (Socket client = new Socket(address().getAddress(), address().getPort())) {
			client.getOutputStream().write("get *\n".repeat(20_000).getBytes(StandardCharsets.US_ASCII));
			await().atMost(Duration.ofSeconds(20))
				.until(() -> "slow".equals(client(client.getLocalPort()).get("state").asString()));
		}
	}

	@ParameterizedTest
	@CsvSource({ "0", "x", "-1", "99999999999999999999", "1%202" })
	void connectionThatIsNotThereIsNotFound(String id) {
		assertThat(server.method("DELETE", "/api/clients/" + id).statusCode()).isEqualTo(404);
	}

	@Test
	void onlyWhatIsThereCanBeDone() {
		assertThat(server.method("GET", "/api/clients/1").statusCode()).isEqualTo(405);
		assertThat(server.method("GET", "/api/clients/1").headers().firstValue("Allow")).hasValue("DELETE");
		assertThat(server.method("DELETE", "/api/stat").statusCode()).isEqualTo(405);
		assertThat(server.get("/api/stat?x=1").statusCode()).isEqualTo(400);
	}

	@Test
	void deletedSeriesIsGoneEverywhere() {
		server.put("gone.one", 1, 1);
		server.put("gone.two", 1, 1);
		assertThat(server.method("DELETE", "/api/series?match=gone.*&dry-run=true").body()).contains("\"total\":2");
		assertThat(server.get("/api/series?match=gone.*").body()).contains("\"total\":2");
		assertThat(server.method("DELETE", "/api/series?match=gone.*").body()).isEqualTo("{\"deleted\":2}\n");
		assertThat(server.get("/api/series?match=gone.*").body()).contains("\"total\":0");
		assertThat(server.get("/metrics/find?query=gone.*").body()).isEqualToIgnoringWhitespace("[]");
	}

	@Test
	void portThatOthersReachNeedsAPassword() {
		try (WebServer open = WebServer.start("--server.address=0.0.0.0")) {
			for (String path : new String[] { "/api/stat", "/api/clients" }) {
				assertThat(open.get(path).statusCode()).as(path).isEqualTo(403);
			}
			for (String path : new String[] { "/api/clients/1", "/api/series?match=a" }) {
				HttpResponse<String> answer = open.method("DELETE", path);
				assertThat(answer.statusCode()).as(path).isEqualTo(403);
				assertThat(answer.body()).contains("eardrum.http.password");
			}
			assertThat(open.get("/api/series").statusCode()).isEqualTo(200);
		}
		try (WebServer closed = WebServer.start("--server.address=0.0.0.0", "--eardrum.http.user=ada",
				"--eardrum.http.password=tea")) {
			assertThat(closed.get("/api/stat").statusCode()).isEqualTo(401);
			String basic = "Basic " + Base64.getEncoder().encodeToString("ada:tea".getBytes(StandardCharsets.UTF_8));
			assertThat(closed.get("/api/stat", "Authorization", basic).statusCode()).isEqualTo(200);
		}
	}

	private static JsonNode client(int port) {
		return StreamSupport.stream(json(server.get("/api/clients")).get("clients").spliterator(), false)
			.filter((client) -> client.get("port").asInt() == port)
			.findFirst()
			.orElseThrow();
	}

	private static boolean isEnded(Socket client) {
		try {
			return client.getInputStream().read() < 0;
		}
		catch (IOException ex) {
			return true;
		}
	}

	private static InetSocketAddress address() {
		return server.context().getBean(TcpEndpoint.class).address();
	}

	private static JsonNode json(HttpResponse<String> answer) {
		return JsonMapper.shared().readTree(answer.body());
	}

}

package io.eardrum.web.view;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of saved views over HTTP, against a running server.
 */
class ViewEndpointsIntegrationTests {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private static final String OFFICE = """
			{"address": "#key=palm.cpu&range=1h"}""";

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	@Test
	void viewIsSavedListedReadAndDeleted() throws Exception {
		HttpResponse<String> saved = put(server.port(), "B%C3%BCro%202", OFFICE);
		assertThat(saved.statusCode()).isEqualTo(200);
		JsonNode view = json(saved);
		assertThat(view.get("name").asString()).isEqualTo("Büro 2");
		assertThat(view.get("address").asString()).as("without the #").isEqualTo("key=palm.cpu&range=1h");
		assertThat(view.get("saved").asString()).endsWith("Z");
		put(server.port(), "attic", """
				{"address": "range=5m"}""");
		JsonNode list = json(server.get("/api/views"));
		assertThat(list.get("total").asInt()).isEqualTo(2);
		assertThat(list.get("writable").asBoolean()).isTrue();
		assertThat(list.get("problem")).isNull();
		assertThat(list.get("views").get(0)).isEqualTo(view);
		assertThat(list.get("views").get(1).get("name").asString()).isEqualTo("attic");
		assertThat(json(server.get("/api/views/B%C3%BCro%202"))).isEqualTo(view);
		assertThat(server.method("DELETE", "/api/views/B%C3%BCro%202").body()).isEqualTo("{\"deleted\":1}\n");
		assertThat(server.method("DELETE", "/api/views/attic").statusCode()).isEqualTo(200);
		assertThat(server.method("DELETE", "/api/views/attic").statusCode()).isEqualTo(404);
		assertThat(server.get("/api/views/attic").statusCode()).isEqualTo(404);
		assertThat(json(server.get("/api/views")).get("total").asInt()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "%20a", "a%20", "a%3Fb", "a%25b", "-", "%0A" })
	void wrongNameIsToldWithWhatIsAllowed(String name) throws Exception {
		HttpResponse<String> answer = put(server.port(), name, OFFICE);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("1 to 100 letters, digits, blanks", "\"parameter\":\"name\"");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"address": ""}                    | visible ASCII
			{"address": "a b"}                 | visible ASCII
			{"address": "\\u00fc"}             | visible ASCII
			{"address": 1}                     | must be a JSON object
			{}                                 | must be a JSON object
			{"address": "a", "more": 1}        | must be a JSON object
			{"address": "a", "address": "b"}   | must be a JSON object
			["a"]                              | must be a JSON object
			{"address": "a"} x                 | must be a JSON object
			{"address                          | must be a JSON object
			''                                 | must be a JSON object
			""")
	void wrongBodyIsToldWithWhatIsAllowed(String body, String expected) throws Exception {
		HttpResponse<String> answer = put(server.port(), "a", body);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains(expected);
	}

	@Test
	void sizeIsBounded() throws Exception {
		String body = """
				{"address": "%s"}""";
		assertThat(put(server.port(), "long", body.formatted("a".repeat(16 * 1024))).statusCode()).isEqualTo(200);
		assertThat(put(server.port(), "long", body.formatted("a".repeat(16 * 1024 + 1))).statusCode()).isEqualTo(400);
		assertThat(put(server.port(), "long", body.formatted("a".repeat(70_000))).statusCode()).isEqualTo(413);
		assertThat(server.method("DELETE", "/api/views/long").statusCode()).isEqualTo(200);
	}

	@Test
	void onlyOperatorsMayChangeThem() throws Exception {
		try (WebServer open = WebServer.start("--server.address=0.0.0.0")) {
			HttpResponse<String> answer = put(open.port(), "a", OFFICE);
			assertThat(answer.statusCode()).isEqualTo(403);
			assertThat(answer.body()).contains("eardrum.http.password");
			assertThat(open.method("DELETE", "/api/views/a").statusCode()).isEqualTo(403);
			assertThat(json(open.get("/api/views")).get("writable").asBoolean()).isFalse();
		}
		String basic = "Basic " + Base64.getEncoder().encodeToString("ada:tea".getBytes(StandardCharsets.UTF_8));
		try (WebServer closed = WebServer.start("--server.address=0.0.0.0", "--eardrum.http.user=ada",
				"--eardrum.http.password=tea")) {
			assertThat(closed.get("/api/views").statusCode()).isEqualTo(401);
			assertThat(put(closed.port(), "B%C3%BCro%202", OFFICE).statusCode()).isEqualTo(401);
			assertThat(put(closed.port(), "B%C3%BCro%202", OFFICE, "Authorization", basic).statusCode()).isEqualTo(200);
			assertThat(closed.get("/api/views/B%C3%BCro%202", "Authorization", basic).statusCode()).isEqualTo(200);
		}
	}

	@Test
	void pagesOfOtherSitesMayNotChangeThem() throws Exception {
		assertThat(put(server.port(), "a", OFFICE, "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
	}

	@Test
	void damageIsToldAndTheServerStarts(@TempDir Path directory) throws Exception {
		Files.writeString(directory.resolve("eardrum.views"), "junk");
		try (WebServer damaged = WebServer.start("--eardrum.storage.type=embedded",
				"--eardrum.storage.path=" + directory)) {
			assertThat(json(damaged.get("/api/views")).get("problem").asString()).contains("damaged");
			damaged.put("palm.cpu", 1, 1);
			assertThat(damaged.get("/api/series").body()).contains("palm.cpu");
		}
	}

	@Test
	void savedViewOutlivesAKilledServer(@TempDir Path directory) throws Exception {
		int port = EardrumProcess.freePort();
		Map<String, String> environment = Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
				directory.toString(), "EARDRUM_TCP_PORT", "0", "SERVER_PORT", Integer.toString(port));
		try (EardrumProcess process = EardrumProcess.start(environment)) {
			process.awaitListening(port);
			assertThat(put(port, "office", OFFICE).statusCode()).isEqualTo(200);
			process.kill();
		}
		try (EardrumProcess process = EardrumProcess.start(environment)) {
			process.awaitListening(port);
			HttpResponse<String> answer = CLIENT.send(
					HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/views/office")).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(json(answer).get("address").asString()).isEqualTo("key=palm.cpu&range=1h");
		}
	}

	private static HttpResponse<String> put(int port, String name, String body, String... headers)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/views/" + name))
			.header("Content-Type", "application/json")
			.PUT(HttpRequest.BodyPublishers.ofString(body));
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static JsonNode json(HttpResponse<String> answer) {
		return JsonMapper.shared().readTree(answer.body());
	}

}

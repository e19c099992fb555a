package io.eardrum.web.guard;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.metric.SeriesKey;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what a page of another site can make a browser do, over real connections.
 */
class CrossOriginIntegrationTests {

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	@ParameterizedTest
	@ValueSource(strings = { "Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site",
			"Sec-Fetch-Site: same-site", "Origin: http://localhost:1" })
	void pageOfAnotherOriginCanNotPut(String header) throws IOException {
		assertThat(put("127.0.0.1:" + server.port(), header)).startsWith("HTTP/1.1 403 ")
			.contains("Content-Type: application/problem+json")
			.contains("\"status\":403");
		assertThat(server.store().last(SeriesKey.of("foreign"))).isNull();
	}

	@Test
	void pageOfAnotherOriginIsToldNothingInAdvance() throws IOException {
		String answer = answer("OPTIONS /api/points HTTP/1.1", "Host: 127.0.0.1:" + server.port(),
				"Origin: http://evil.example", "Access-Control-Request-Method: POST", "Connection: close");
		assertThat(answer).doesNotContainIgnoringCase("Access-Control-Allow");
	}

	@Test
	void replyIsNotForPagesOfOtherOrigins() throws IOException {
		String answer = answer("GET /api/series HTTP/1.1", "Host: 127.0.0.1:" + server.port(),
				"Origin: http://evil.example", "Connection: close");
		assertThat(answer).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("Access-Control-Allow");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/render?target=constantLine(1)", "/metrics/find?query=*", "/api/series",
			"/federate?match%5B%5D=*", "/actuator/prometheus" })
	void pageOfAnotherSiteMakesTheServerComputeNothing(String path) throws IOException {
		for (String mode : new String[] { "no-cors", "cors", "navigate" }) {
			assertThat(answer("GET " + path + " HTTP/1.1", "Host: 127.0.0.1:" + server.port(),
					"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: " + mode, "Connection: close"))
				.startsWith("HTTP/1.1 403 ");
		}
	}

	@Test
	void linkFromAnotherSiteLeadsToThePage() throws IOException {
		assertThat(answer("GET / HTTP/1.1", "Host: 127.0.0.1:" + server.port(), "Sec-Fetch-Site: cross-site",
				"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Connection: close"))
			.startsWith("HTTP/1.1 200 ")
			.contains("<title>Eardrum</title>");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/series", "/api/points?key=a", "/api/latest", "/federate?match%5B%5D=*",
			"/actuator/health", "/openapi.yaml" })
	void nameThatWasPointedHereReadsNothing(String path) throws IOException {
		String answer = answer("GET " + path + " HTTP/1.1", "Host: evil.example:" + server.port(), "Connection: close");
		assertThat(answer).startsWith("HTTP/1.1 403 ");
	}

	@Test
	void nameThatWasPointedHereWritesNothing() throws IOException {
		assertThat(put("evil.example:" + server.port(), "Origin: http://evil.example:" + server.port()))
			.startsWith("HTTP/1.1 403 ");
		assertThat(server.store().last(SeriesKey.of("foreign"))).isNull();
	}

	@Test
	void ownPageCanPut() throws IOException {
		String host = "localhost:" + server.port();
		assertThat(put(host, "Origin: http://" + host)).startsWith("HTTP/1.1 200 ");
		assertThat(put(host, "Sec-Fetch-Site: same-origin")).startsWith("HTTP/1.1 200 ");
		assertThat(server.get("/api/points?key=own").body()).contains("[1,1.0]");
	}

	@Test
	void containerTakesItsOwnNamesOnly() throws IOException {
		try (WebServer container = WebServer.start("--spring.profiles.active=docker", "--eardrum.tcp.host=127.0.0.1",
				"--eardrum.graphite.port=")) {
			for (String own : List.of("localhost", "127.0.0.1", "172.18.0.2", "eardrum")) {
				assertThat(series(container, own + ":8080")).as(own).startsWith("HTTP/1.1 200 ");
			}
			assertThat(series(container, "evil.example:8080")).startsWith("HTTP/1.1 403 ")
				.contains("eardrum.http.hosts");
		}
	}

	private static String series(WebServer server, String host) throws IOException {
		try (Socket socket = server.open("GET /api/series HTTP/1.1", "Host: " + host, "Connection: close")) {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static String put(String host, String header) throws IOException {
		boolean own = host.startsWith("localhost");
		String key = own ? "own" : "foreign";
		return answer("POST /api/points HTTP/1.1", "Host: " + host, header, "Content-Type: text/plain",
				"Connection: close", "Content-Length: " + (8 + key.length()), "", "put " + key + " 1 1");
	}

	private static String answer(String... lines) throws IOException {
		try (Socket socket = server.open(lines)) {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

}

package io.eardrum.web.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.metric.SeriesKey;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The HTTP port with a user and a password, and without, over real connections.
 */
@Timeout(60)
class PasswordIntegrationTests {

	private static final String PUT = "put intruder 1 1";

	private static final String MANY = "--eardrum.http.max-failed-logins=10000";

	private static final String MANY_PER_ADDRESS = "--eardrum.http.max-failed-logins-per-address=10000";

	@RegisterExtension
	private static final WebServer server = WebServer.with("--eardrum.http.user=ada",
			"--eardrum.http.password=tea: at 5 ä", MANY, MANY_PER_ADDRESS);

	@BeforeAll
	static void fill() {
		server.put("palm.cpu", 23.7, 1150864247);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page/main.js", "/openapi.yaml", "/api/series", "/api/points?key=palm.cpu",
			"/api/not-there", "/federate?match[]=*", "/render?target=palm.cpu", "/metrics/find?query=*", "/version",
			"/actuator", "/actuator/prometheus", "/actuator/info", "/actuator/backup", "/actuator/health/tcp",
			"/actuator/health/storage", "/actuator/health/", "/error", "/not-there" })
	void everythingTakesThePassword(String path) {
		HttpResponse<String> answer = server.get(path);
		assertThat(answer.statusCode()).isEqualTo(401);
		assertThatAnswerAsks(answer);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(answer.body()).startsWith("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,")
			.contains("\"detail\":\"");
		assertThat(server.get(path, basic("ada", "wrong")).statusCode()).isEqualTo(401);
		assertThat(server.get(path, basic("bob", "tea: at 5 ä")).statusCode()).isEqualTo(401);
		assertThat(server.get(path, right()).statusCode()).isNotEqualTo(401);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page/main.js", "/openapi.yaml", "/api/series", "/federate?match[]=*",
			"/render?target=palm.cpu", "/actuator", "/actuator/prometheus", "/actuator/info" })
	void whoHasThePasswordGetsAnswers(String path) {
		HttpResponse<String> answer = server.get(path, right());
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
		assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
	}

	@Test
	void whatIsNotThereIsToldOnlyToWhoHasThePassword() {
		assertThat(server.get("/api/not-there", right()).statusCode()).isEqualTo(404);
		assertThat(server.get("/not-there", right()).statusCode()).isEqualTo(404);
	}

	@Test
	void browserIsAskedInPlainText() {
		HttpResponse<String> answer = server.get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
		assertThat(answer.statusCode()).isEqualTo(401);
		assertThatAnswerAsks(answer);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain");
		assertThat(answer.body()).contains("user and password");
		assertThat(server.get("/api/series", "Accept", "text/html").headers().firstValue("Content-Type"))
			.as("errors of the API are always these")
			.hasValue("application/problem+json");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness" })
	void healthTellsItsStatusToEverybodyAndDetailsToTheUser(String path) {
		HttpResponse<String> answer = server.get(path);
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.body()).contains("\"status\":\"UP\"")
			.doesNotContain("components")
			.doesNotContain("details")
			.doesNotContain("127.0.0.1");
		assertThat(server.get(path, right()).body()).contains("components");
		assertThat(server.get(path, basic("ada", "wrong")).statusCode()).isEqualTo(401);
	}

	@Test
	void nothingIsStoredWithoutThePassword() {
		assertThat(server.post("/api/points", "text/plain", PUT).statusCode()).isEqualTo(401);
		assertThat(server.store().last(SeriesKey.of("intruder"))).isNull();
		assertThat(server.post("/actuator/backup", "application/json", "{}").statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PUT", "PATCH", "DELETE" })
	void formOfWhoHasNoPasswordIsNotRead(String method) throws IOException {
		// What is announced never comes: who waits for it runs into the time limit.
		try (Socket socket = server.open(method + " /api/points HTTP/1.1", "Host: 127.0.0.1",
				"Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000000000", "", "a=b")) {
			socket.setSoTimeout(20_000);
			byte[] start = socket.getInputStream().readNBytes(13);
			assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401 ");
		}
	}

	@Test
	void userPutsWithoutAnyToken() throws IOException {
		assertThat(post("127.0.0.1", "put mine 1 1")).startsWith("HTTP/1.1 200 ");
		assertThat(server.store().last(SeriesKey.of("mine"))).isNotNull();
	}

	@Test
	void foreignPageIsRefusedBeforeItCanHaveAnybodyAsked() throws IOException {
		assertThat(post("evil.example", PUT)).startsWith("HTTP/1.1 403 ").doesNotContain("WWW-Authenticate");
		assertThat(post("127.0.0.1\r\nOrigin: http://evil.example", PUT)).startsWith("HTTP/1.1 403 ");
		assertThat(server.store().last(SeriesKey.of("intruder"))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Basic", "Basic !", "Basic YWRh", "Basic Og==", "Bearer x", "Digest username=\"ada\"",
			"Negotiate x" })
	void headerWithoutSenseIsNoPassword(String header) {
		assertThat(server.get("/api/series", "Authorization", header).statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/login", "/logout", "/default-ui.css" })
	void thereIsNothingToLogInToOrOutOf(String path) {
		assertThat(server.get(path, right()).statusCode()).isEqualTo(404);
		assertThat(server.get(path).statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@ValueSource(strings = { "//actuator/health", "/actuator/health;a=b", "/actuator/health/../prometheus",
			"/actuator/health/%2e%2e/prometheus", "/actuator//prometheus", "/actuator/prometheus;/actuator/health",
			"/actuator/health%2f..%2fprometheus", "/./api/series", "/ACTUATOR/PROMETHEUS" })
	void spellingOfAPathOpensNothing(String path) throws IOException {
		try (Socket socket = server.open("GET " + path + " HTTP/1.1", "Host: 127.0.0.1", "Connection: close")) {
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(answer).matches("(?s)HTTP/1.1 40[01] .*").doesNotContain("eardrum_");
		}
	}

	@Test
	void scrapeHasNoMetersOfTheGuard() {
		assertThat(server.get("/actuator/prometheus", right()).body()).contains("eardrum_requests_total")
			.doesNotContain("spring_security");
	}

	@Test
	void hashedPasswordIsAskedSlowlyOnceAndThenQuickly() {
		String hash = new BCryptPasswordEncoder(12).encode("tea");
		try (WebServer hashed = WebServer.start("--eardrum.http.user=ada", "--eardrum.http.password={bcrypt}" + hash,
				MANY, MANY_PER_ADDRESS)) {
			assertThat(hashed.get("/api/series", basic("ada", "coffee")).statusCode()).isEqualTo(401);
			assertThat(hashed.get("/api/series", basic("ada", "tea")).statusCode()).isEqualTo(200);
			for (int i = 0; i < 300; i++) {
				assertThat(hashed.get("/api/series", basic("ada", "coffee" + i)).statusCode()).isEqualTo(401);
			}
			assertThat(hashed.get("/api/series", basic("ada", "tea")).statusCode()).isEqualTo(200);
		}
	}

	@Test
	void portOfActuatorTakesThePasswordToo() throws IOException {
		int port = EardrumProcess.freePort();
		try (WebServer managed = WebServer.start("--management.server.port=" + port,
				"--management.server.address=127.0.0.1", "--eardrum.http.user=ada", "--eardrum.http.password=tea")) {
			assertThat(managed.get("/api/series").statusCode()).isEqualTo(401);
			assertThat(status(port, "/actuator/prometheus", "")).isEqualTo(401);
			assertThat(status(port, "/actuator/prometheus", header("ada", "tea"))).isEqualTo(200);
			assertThat(status(port, "/actuator/health/readiness", "")).isEqualTo(200);
		}
	}

	@Test
	void passwordMayComeFromAFile(@TempDir Path secrets) throws IOException {
		Files.writeString(secrets.resolve("eardrum.http.user"), "ada\n");
		Files.writeString(secrets.resolve("eardrum.http.password"), "tea\n");
		try (WebServer other = WebServer.start("--spring.config.import=configtree:" + secrets + "/")) {
			assertThat(other.get("/api/series").statusCode()).isEqualTo(401);
			assertThat(other.get("/api/series", basic("ada", "tea")).statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "--eardrum.http.user=" })
	void withoutAPasswordNothingOfItIsThere(String argument) {
		try (WebServer open = argument.isEmpty() ? WebServer.start()
				: WebServer.start(argument, "--eardrum.http.password=")) {
			assertThat(open.get("/api/series").statusCode()).isEqualTo(200);
			assertThat(open.get("/actuator/health").body()).contains("components");
			assertThat(open.get("/api/series", basic("any", "body")).statusCode()).isEqualTo(200);
			assertThat(List.of(open.context().getBeanDefinitionNames())).noneMatch(
					(name) -> name.contains("springSecurity") || name.startsWith("org.springframework.security"));
			assertThat(open.log().text()).contains("Listening for metrics").doesNotContainIgnoringCase("password");
		}
	}

	@Test
	void wrongPasswordsAreLoggedAndNeverThePassword() {
		try (WebServer other = WebServer.start("--eardrum.http.user=ada", "--eardrum.http.password=oolong", MANY,
				MANY_PER_ADDRESS)) {
			for (int i = 0; i < 20; i++) {
				other.get("/api/series", basic("ada", "darjeeling"));
			}
			other.get("/api/series", basic("ada", "oolong"));
			assertThat(other.log().lines().filter((line) -> line.contains("wrong user or password"))).hasSize(1)
				.first()
				.asString()
				.contains("127.0.0.1");
			assertThat(other.log().text()).doesNotContain("oolong").doesNotContain("darjeeling");
			other.get("/api/series");
			String scrape = other.get("/actuator/prometheus", basic("ada", "oolong")).body();
			assertThat(scrape.lines()
				.filter((line) -> line.startsWith("http_server_requests_seconds_count{")
						&& line.contains("status=\"401\""))
				.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
				.sum()).as("wrong ones, and one without any").isEqualTo(21);
		}
	}

	@Test
	void wrongPasswordsAreFewAndWhoIsRightIsServedAtOnce() {
		try (WebServer other = WebServer.start("--eardrum.http.user=ada", "--eardrum.http.password=oolong")) {
			List<Integer> statuses = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				statuses.add(other.get("/api/series", basic("ada", "darjeeling" + i)).statusCode());
				assertThat(other.get("/api/series", basic("ada", "oolong")).statusCode()).isEqualTo(200);
			}
			assertThat(statuses.subList(0, 5)).containsOnly(401);
			assertThat(statuses).filteredOn((status) -> status == 429).hasSizeGreaterThan(20);
			assertThat(statuses).containsOnly(401, 429);
			assertThat(other.get("/actuator/prometheus", basic("ada", "oolong")).body())
				.containsPattern("eardrum_http_refused_total\\{reason=\"password\"} [2-4][0-9]\\.0");
		}
	}

	private static void assertThatAnswerAsks(HttpResponse<String> answer) {
		assertThat(answer.headers().allValues("WWW-Authenticate"))
			.containsExactly("Basic realm=\"Eardrum\", charset=\"UTF-8\"");
		assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
		assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
		assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
	}

	private static String post(String host, String points) throws IOException {
		try (Socket socket = server.open("POST /api/points HTTP/1.1", "Host: " + host, "Connection: close",
				"Authorization: " + right()[1], "Content-Type: text/plain", "Content-Length: " + points.length(), "",
				points)) {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static int status(int port, String path, String authorization) throws IOException {
		String more = authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n";
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more + "\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			Matcher status = Pattern.compile("HTTP/1.1 (\\d{3})").matcher(answer);
			assertThat(status.lookingAt()).isTrue();
			return Integer.parseInt(status.group(1));
		}
	}

	private static String[] right() {
		return basic("ada", "tea: at 5 ä");
	}

	private static String[] basic(String user, String password) {
		return new String[] { "Authorization", header(user, password) };
	}

	private static String header(String user, String password) {
		return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
	}

}

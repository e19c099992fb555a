package io.eardrum.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every answer of the HTTP port has, also those to requests that nobody should send;
 * and what of Actuator is there. Over real connections, with the store on disk.
 */
@Timeout(60)
class AnswerIntegrationTests {

	private static final String BACKUP = "{\"name\":\"made\"}";

	private static final Pattern LENGTH = Pattern.compile("\r\nContent-Length: (\\d+)");

	@TempDir
	private static Path data;

	@RegisterExtension
	private static final WebServer server = WebServer.with(() -> List.of("--eardrum.storage.type=embedded",
			"--eardrum.storage.path=" + data, "--eardrum.storage.memory=64MB"));

	private static int managementPort;

	private static WebServer managed;

	@BeforeAll
	static void start() throws IOException {
		managementPort = EardrumProcess.freePort();
		managed = WebServer.start("--management.server.port=" + managementPort,
				"--management.server.address=127.0.0.1");
	}

	@AfterAll
	static void stop() {
		managed.close();
	}

	@ParameterizedTest
	@CsvSource({ "GET / HTTP/1.1, 200", "GET /page/main.js HTTP/1.1, 200", "GET /api/series HTTP/1.1, 200",
			"GET /actuator/health HTTP/1.1, 200", "GET /actuator/prometheus HTTP/1.1, 200",
			"GET /render?target=a HTTP/1.1, 200", "GET /not-there HTTP/1.1, 404", "GET /api/not-there HTTP/1.1, 404",
			"GET /error HTTP/1.1, 404", "GET /actuator/health/readiness/tcp HTTP/1.1, 200",
			"GET /actuator/health/tcp HTTP/1.1, 200", "GET /actuator/health/not-there HTTP/1.1, 404",
			"GET /actuator/health/not-there/a HTTP/1.1, 404", "GET /actuator/health/tcp/a HTTP/1.1, 404",
			"GET /actuator/health/readiness/a HTTP/1.1, 404", "GET /actuator/health/readiness/a/b HTTP/1.1, 404",
			"TRACE / HTTP/1.1, 405", "WRONG / HTTP/1.1, 405", "GET /%zz HTTP/1.1, 400", "GET /a%00 HTTP/1.1, 400",
			"GET /../a HTTP/1.1, 400", "GET / HTTP/9.9, 505", "nonsense, 400" })
	void everyAnswerForbidsWhatIsNotNeeded(String request, int status) throws IOException {
		assertThatHeadersForbid(answer(server.port(), request, own(server.port())), status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/api/series", "/version", "/actuator/health", "/actuator/prometheus" })
	void clientMayHaveManyLanguages(String path) throws IOException {
		String languages = "Accept-Language: de" + ",x-a;q=0.1".repeat(500);
		assertThat(answer(server.port(), "GET " + path + " HTTP/1.1", own(server.port()), languages))
			.startsWith("HTTP/1.1 200 ");
	}

	@Test
	void clientOfThePortOfActuatorMayHaveManyLanguages() throws IOException {
		String languages = "Accept-Language: de" + ",x-a;q=0.1".repeat(500);
		assertThat(answer(managementPort, "GET /actuator/health HTTP/1.1", own(managementPort), languages))
			.startsWith("HTTP/1.1 200 ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "zz", "-1", "7fffffffffffffff", "fffffffffffffffffff", "a;b\n\n", "" })
	void chunksThatAreNoneAreTheClientsFault(String chunk) throws IOException {
		for (String path : new String[] { "/api/points", "/render" }) {
			String type = path.equals("/render") ? "application/x-www-form-urlencoded" : "text/plain";
			assertThat(answer(server.port(), "POST " + path + " HTTP/1.1", own(server.port()), "Content-Type: " + type,
					"Transfer-Encoding: chunked", "", chunk + "\r\n"))
				.startsWith("HTTP/1.1 400 ");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/points", "/render", "/actuator/backup", "/actuator/health" })
	void bodyThatBreaksOffIsTheClientsFault(String path) throws IOException {
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			client.setSoTimeout(20_000);
			String type = path.equals("/render") ? "application/x-www-form-urlencoded" : "application/json";
			client.getOutputStream()
				.write(String
					.join("\r\n", "POST " + path + " HTTP/1.1", own(server.port()), "Content-Type: " + type,
							"Content-Length: 100", "", "[")
					.getBytes(StandardCharsets.US_ASCII));
			client.shutdownOutput();
			assertThat(read(client)).satisfiesAnyOf((answer) -> assertThat(answer).startsWith("HTTP/1.1 4"),
					(answer) -> assertThat(answer).isEmpty());
		}
	}

	@Test
	void portOfActuatorIsGuardedLikeTheOther() throws IOException {
		assertThat(managed.port()).isNotEqualTo(managementPort);
		assertThatHeadersForbid(answer(managementPort, "GET /actuator/health HTTP/1.1", own(managementPort)), 200);
		assertThatHeadersForbid(answer(managementPort, "GET /not-there HTTP/1.1", own(managementPort)), 404);
		assertThat(answer(managementPort, "GET /actuator/health HTTP/1.1", "Host: evil.example"))
			.startsWith("HTTP/1.1 403 ");
		assertThat(answer(managementPort, "POST /actuator/info HTTP/1.1", own(managementPort),
				"Origin: http://evil.example", "Content-Length: 0"))
			.startsWith("HTTP/1.1 403 ");
		assertThat(answer(managementPort, "POST /actuator/info HTTP/1.1", own(managementPort), "Content-Length: 20000"))
			.startsWith("HTTP/1.1 413 ");
	}

	@Test
	void actuatorHasWhatIsNeeded() {
		assertThat(server.get("/actuator").body()).contains("/actuator/health\"")
			.contains("/actuator/info\"")
			.contains("/actuator/prometheus\"")
			.contains("/actuator/backup\"")
			.doesNotContain("/actuator/env")
			.doesNotContain("/actuator/heapdump");
	}

	@Test
	void infoTellsTheVersion() {
		assertThat(server.get("/actuator/info").body()).containsPattern("\"version\":\"\\d+\\.\\d+\\.\\d+");
	}

	@ParameterizedTest
	@ValueSource(strings = { "beans", "caches", "conditions", "configprops", "env", "heapdump", "loggers", "mappings",
			"metrics", "scheduledtasks", "shutdown", "startup", "threaddump", "integrationgraph" })
	void actuatorHasNothingElse(String endpoint) {
		assertThat(server.get("/actuator/" + endpoint).statusCode()).isEqualTo(404);
		assertThat(server.post("/actuator/" + endpoint, "application/json", "{}").statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site",
			"Sec-Fetch-Site: same-site", "Host: evil.example" })
	void pageOfAnotherSiteMakesNoBackup(String header) throws IOException {
		String host = header.startsWith("Host") ? header : own(server.port());
		String other = header.startsWith("Host") ? "Origin: http://evil.example" : header;
		for (String type : new String[] { "application/json", "text/plain", "application/x-www-form-urlencoded" }) {
			assertThat(answer(server.port(), "POST /actuator/backup HTTP/1.1", host, other, "Content-Type: " + type,
					"Content-Length: " + BACKUP.length(), "", BACKUP))
				.startsWith("HTTP/1.1 403 ");
		}
		assertThat(data.resolve("backups")).doesNotExist();
	}

	@Test
	void backupIsMadeForWhoMayAndNotByReading() throws IOException {
		assertThat(server.get("/actuator/backup").statusCode()).isEqualTo(405);
		try (WebServer other = WebServer.start((store) -> store, "--eardrum.storage.type=embedded",
				"--eardrum.storage.path=" + data.resolve("other"), "--eardrum.storage.memory=64MB")) {
			assertThat(other.post("/actuator/backup", "application/json", BACKUP).statusCode()).isEqualTo(200);
			assertThat(Files.isDirectory(data.resolve("other").resolve("backups").resolve("made"))).isTrue();
			HttpResponse<String> again = other.post("/actuator/backup", "application/json", BACKUP);
			assertThat(again.statusCode()).isEqualTo(409);
			assertThat(again.body()).contains("\"detail\":\"There already is a backup");
			assertThat(again.headers().firstValue("Content-Type")).hasValue("application/problem+json");
			HttpResponse<String> soon = other.post("/actuator/backup", "application/json", "{}");
			assertThat(soon.statusCode()).isEqualTo(429);
			assertThat(soon.body()).contains("eardrum.storage.backup-interval");
			assertThat(soon.headers().firstValue("Retry-After").orElseThrow()).matches("[1-5]?[0-9]|60");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					application/json                  | {"nam":"a"}             | 400 | There is no such field here; there are name.
					application/json                  | {"name":"-", "more": 1} | 400 | There is no such field here; there are name.
					application/json                  | name=a                  | 400 | must be a JSON object
					application/json                  | ["a"]                   | 400 | must be a JSON object
					application/json                  | "a"                     | 400 | must be a JSON object
					application/json                  | {"name":{"a":1}}        | 400 | must be a JSON object
					application/json                  | {"name":"a","name":"b"} | 400 | must be a JSON object
					application/json                  | {} {}                   | 400 | must be a JSON object
					application/json                  | {"name":"-"}            | 400 | The name of a backup
					application/x-www-form-urlencoded | name=a                  | 415 | add -H 'Content-Type: application/json'
					text/plain                        | {"name":"a"}            | 415 | add -H 'Content-Type: application/json'
					nonsense                          | {"name":"a"}            | 415 | add -H 'Content-Type: application/json'
					application/json                  | ''                      | 400 | unknown
					""")
	void wrongBodyForActuatorIsToldWithWhatIsExpected(String type, String body, int status, String expected) {
		String path = body.isEmpty() ? "/actuator/backup?unknown=1" : "/actuator/backup";
		HttpResponse<String> answer = server.post(path, type, body);
		assertThat(answer.statusCode()).isEqualTo(status);
		assertThat(answer.body()).contains(expected);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(data.resolve("backups")).doesNotExist();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			GET    | /not-there         | 404 | There is nothing at this path.
			GET    | /actuator/nothing  | 404 | There is nothing at this path.
			GET    | /error             | 404 | There is nothing at this path.
			DELETE | /                  | 405 | DELETE is not supported here; there are
			DELETE | /actuator/backup   | 405 | DELETE is not supported here; there are POST.
			POST   | /actuator/backup   | 415 | A body must be JSON here
			""")
	void whatNoEndpointAnswersIsAProblemWithADetail(String method, String path, int status, String expected) {
		HttpResponse<String> answer = server.method(method, path);
		assertThat(answer.statusCode()).isEqualTo(status);
		assertThat(answer.body()).contains("\"status\":" + status, "\"detail\":\"" + expected);
		assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
	}

	@Test
	void personWhoMistypesAnAddressIsToldToo() {
		HttpResponse<String> answer = server.get("/not-there", "Accept", "text/html");
		assertThat(answer.statusCode()).isEqualTo(404);
		assertThat(answer.body()).contains("There is nothing at this path.").doesNotContain("Whitelabel");
	}

	@Test
	void bodyForActuatorThatIsLargeIsNotRead() throws IOException {
		// What is announced never comes: who waits for it runs into the time limit.
		assertThat(answer(server.port(), "POST /actuator/backup HTTP/1.1", own(server.port()),
				"Content-Type: application/json", "Content-Length: 1000000000", "", "{"))
			.startsWith("HTTP/1.1 413 ")
			.contains("16384 bytes");
		assertThat(answer(server.port(), "POST /actuator/backup HTTP/1.1", own(server.port()),
				"Content-Type: application/json", "Transfer-Encoding: chunked", "", "1\r\n{"))
			.startsWith("HTTP/1.1 411 ")
			.contains("Content-Length");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PUT /api/points", "PATCH /api/not-there", "DELETE /render" })
	void formThatIsNotPostedIsNotRead(String request) throws IOException {
		// What is announced never comes: who waits for it runs into the time limit.
		for (int port : new int[] { server.port(), managementPort }) {
			assertThat(answer(port, request + " HTTP/1.1", own(port), "Content-Type: application/x-www-form-urlencoded",
					"Content-Length: 1000000000", "", "a=" + "b".repeat(100)))
				.matches("(?s)HTTP/1.1 4(04|05|13) .*");
		}
	}

	@Test
	void headOfRequestThatIsTooLongIsRefused() throws IOException {
		String many = "a".repeat(100_000);
		assertThatHeadersForbid(answer(server.port(), "GET /?a=" + many + " HTTP/1.1", own(server.port())), 400);
		assertThatHeadersForbid(answer(server.port(), "GET / HTTP/1.1", own(server.port()), "X-Long: " + many), 400);
		StringBuilder headers = new StringBuilder(own(server.port()));
		for (int i = 0; i < 2000; i++) {
			headers.append("\r\nX-").append(i).append(": a");
		}
		assertThatHeadersForbid(answer(server.port(), "GET / HTTP/1.1", headers.toString()), 400);
	}

	private static void assertThatHeadersForbid(String answer, int status) {
		assertThat(answer).matches("(?s)HTTP/1.1 " + status + " .*");
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		answer.split("\r\n\r\n", 2)[0].lines().skip(1).forEach((line) -> {
			String[] parts = line.split(": ", 2);
			assertThat(headers.put(parts[0], parts[1])).as("%s twice", parts[0]).isNull();
		});
		assertThat(headers.get("Content-Security-Policy")).contains("default-src 'none'")
			.contains("script-src 'self';")
			.contains("style-src 'self';")
			.contains("frame-ancestors 'none'")
			.doesNotContain("unsafe");
		assertThat(headers).containsEntry("X-Content-Type-Options", "nosniff")
			.containsEntry("X-Frame-Options", "DENY")
			.containsEntry("Referrer-Policy", "no-referrer")
			.containsEntry("Cross-Origin-Opener-Policy", "same-origin")
			.containsEntry("Cross-Origin-Resource-Policy", "same-origin");
		assertThat(answer).doesNotContainIgnoringCase("tomcat/").doesNotContain("\tat ");
	}

	private static String own(int port) {
		return "Host: 127.0.0.1:" + port;
	}

	private static String answer(int port, String... lines) throws IOException {
		boolean body = lines.length > 1 && lines[lines.length - 2].isEmpty();
		StringBuilder request = new StringBuilder();
		for (int i = 0; i < lines.length; i++) {
			request.append(lines[i]);
			if (i == 0) {
				request.append("\r\nConnection: close");
			}
			request.append((body && i == lines.length - 1) ? "" : "\r\n");
		}
		request.append(body ? "" : "\r\n");
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
			return read(socket);
		}
	}

	// The server may close before it has read all, which resets the connection.
	private static String read(Socket socket) throws IOException {
		StringBuilder answer = new StringBuilder();
		byte[] buffer = new byte[8192];
		try {
			for (int count; (count = socket.getInputStream().read(buffer)) > 0;) {
				answer.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
				if (isWhole(answer.toString())) {
					break;
				}
			}
		}
		catch (SocketException ex) {
			if (answer.isEmpty()) {
				throw ex;
			}
		}
		return answer.toString();
	}

	// The server waits for the body that was announced before it closes.
	private static boolean isWhole(String answer) {
		Matcher length = LENGTH.matcher(answer);
		int end = answer.indexOf("\r\n\r\n");
		return end >= 0 && length.find() && answer.length() - end - 4 >= Integer.parseInt(length.group(1));
	}

}

package io.eardrum.web;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.TestCertificate;
import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The HTTP port with TLS and a password, and what asks the container for its health, in
 * every combination.
 */
@Timeout(60)
class TlsWebIntegrationTests {

	private static final String BASIC = "Basic YWRhOnRlYQ==";

	@TempDir
	private static Path directory;

	private static WebServer server;

	private static HttpClient client;

	private static HttpClient stranger;

	@BeforeAll
	static void start() throws Exception {
		TestCertificate certificate = TestCertificate.create(directory, "http");
		certificate.writePem(directory);
		server = WebServer.start(withTls());
		client = HttpClient.newBuilder().sslContext(TestCertificate.context(null, certificate)).build();
		TestCertificate other = TestCertificate.create(directory, "other");
		stranger = HttpClient.newBuilder().sslContext(TestCertificate.context(null, other)).build();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void pageApiAndScrapeAreThere() throws Exception {
		assertThat(get("/").body()).contains("<title>Eardrum</title>");
		HttpResponse<String> put = client.send(request("/api/points").header("Content-Type", "text/plain")
			.header("Origin", "https://127.0.0.1:" + server.port())
			.POST(HttpRequest.BodyPublishers.ofString("put palm.cpu 23.7 1150864247"))
			.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(put.statusCode()).isEqualTo(200);
		assertThat(get("/api/points?key=palm.cpu").body()).contains("[1150864247,23.7]");
		HttpResponse<String> scrape = get("/actuator/prometheus");
		assertThat(scrape.statusCode()).isEqualTo(200);
		assertThat(scrape.body()).contains("eardrum_requests_total");
		assertThat(scrape.headers().firstValue("Content-Security-Policy")).isPresent();
	}

	@Test
	void passwordIsAskedForBehindTls() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(uri("/api/series")).build();
		assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(401);
	}

	@Test
	void certificateIsTheOneOfTheBundle() {
		assertThatIOException()
			.isThrownBy(() -> stranger.send(request("/").build(), HttpResponse.BodyHandlers.ofString()));
	}

	@Test
	void requestWithoutTlsIsToldSo() throws IOException {
		try (Socket socket = server.open("GET /api/series HTTP/1.1", "Host: 127.0.0.1", "Authorization: " + BASIC)) {
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
				.startsWith("HTTP/1.1 400 ")
				.contains("TLS");
		}
	}

	@Test
	void healthCheckOfTheImageFindsOutByItself() throws Exception {
		Assumptions.assumeTrue(isThere("bash") && isThere("openssl"));
		assertThat(check(Map.of("SERVER_PORT", Integer.toString(server.port())))).isZero();
		try (WebServer plain = WebServer.start("--eardrum.http.user=ada", "--eardrum.http.password=tea")) {
			assertThat(check(Map.of("SERVER_PORT", Integer.toString(plain.port())))).isZero();
		}
		int nobody = EardrumProcess.freePort();
		assertThat(check(Map.of("SERVER_PORT", Integer.toString(nobody)))).isNotZero();
		int port = EardrumProcess.freePort();
		String[] arguments = withTls();
		arguments[0] = "--management.server.port=" + port;
		arguments[1] = "--management.server.address=127.0.0.1";
		try (WebServer managed = WebServer.start(arguments)) {
			assertThat(check(Map.of("MANAGEMENT_SERVER_PORT", Integer.toString(port), "SERVER_PORT",
					Integer.toString(managed.port()))))
				.isZero();
		}
	}

	private static String[] withTls() {
		return new String[] { "--eardrum.http.user=ada", "--eardrum.http.password=tea", "--server.ssl.bundle=http",
				"--spring.ssl.bundle.pem.http.keystore.certificate=file:" + directory.resolve("cert.pem"),
				"--spring.ssl.bundle.pem.http.keystore.private-key=file:" + directory.resolve("key.pem") };
	}

	private static int check(Map<String, String> environment) throws Exception {
		ProcessBuilder builder = new ProcessBuilder("bash", "src/main/docker/healthcheck.sh").redirectErrorStream(true)
			.redirectOutput(new File(directory.toFile(), "check.log"));
		builder.environment().keySet().removeIf((name) -> name.endsWith("SERVER_PORT"));
		builder.environment().putAll(environment);
		Process process = builder.start();
		assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
		return process.exitValue();
	}

	private static boolean isThere(String program) {
		for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
			if (new File(folder, program).canExecute()) {
				return true;
			}
		}
		return false;
	}

	private static HttpResponse<String> get(String path) throws Exception {
		return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
	}

	private static HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(uri(path)).header("Authorization", BASIC);
	}

	private static URI uri(String path) {
		return URI.create("https://127.0.0.1:" + server.port() + path);
	}

}

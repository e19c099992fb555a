package io.eardrum.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that make no sense are not worth a line of the log: whoever can send them
 * could fill the disk.
 */
@Timeout(60)
class QuietLogIntegrationTests {

	private static final String LONG = "X".repeat(6000);

	@RegisterExtension
	private static final WebServer server = WebServer.with();

	@ParameterizedTest
	@ValueSource(strings = { "LONG / HTTP/1.1", "LONG /actuator HTTP/1.1", "LONG /actuator/health HTTP/1.1",
			"LONG /actuator/prometheus HTTP/1.1", "LONG /api/points HTTP/1.1", "LONG /render HTTP/1.1",
			"LONG /not/there HTTP/1.1", "GET /LONG HTTP/1.1", "GET /WEB-INF/LONG HTTP/1.1",
			"GET /META-INF/LONG HTTP/1.1", "GET /%2e%2e/LONG HTTP/1.1", "GET /..;/LONG HTTP/1.1",
			"GET /a/%252e%252e/LONG HTTP/1.1", "GET /url:LONG HTTP/1.1", "GET /render?LONG HTTP/1.1",
			"GET /actuator/LONG HTTP/1.1", "GET /actuator/health/LONG HTTP/1.1", "GET /actuator/health/LONG/a HTTP/1.1",
			"GET /actuator/sbom/LONG HTTP/1.1", "GET /error?LONG HTTP/1.1", "PUT / HTTP/1.1", "PUT /page.css HTTP/1.1",
			"DELETE /actuator/backup HTTP/1.1", "TRACE / HTTP/1.1", "GET /%LONG HTTP/1.1", "GET /?a=%LONG HTTP/1.1" })
	void requestIsNotLogged(String line) throws IOException {
		assertThatNothingIsLogged(line.replace("LONG", LONG) + "\r\nHost: localhost\r\n\r\n");
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/LONG", "LONG", "application/json", "application/x-www-form-urlencoded",
			"multipart/form-data; boundary=LONG", "a/b;c=LONG", "application/json;charset=LONG" })
	void typeOfABodyIsNotLogged(String type) throws IOException {
		for (String path : new String[] { "/", "/actuator/backup", "/actuator/health", "/api/points", "/not/there" }) {
			assertThatNothingIsLogged("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
					+ type.replace("LONG", LONG) + "\r\nContent-Length: 6\r\n\r\n{\"a\":}");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "Accept: LONG", "Accept: a/LONG", "Origin: LONG", "Cookie: a=LONG; LONG", "Range: LONG",
			"If-Modified-Since: LONG", "If-None-Match: LONG", "Accept-Language: LONG",
			"Accept-Language: a,b,c,d,e,f,g,h,i,j,k,LONG", "Authorization: Basic LONG", "X-Forwarded-For: LONG",
			"Expect: LONG", "Upgrade: LONG", "Access-Control-Request-Method: LONG" })
	void headerIsNotLogged(String header) throws IOException {
		for (String path : new String[] { "/", "/actuator/prometheus", "/actuator/health", "/api/series" }) {
			for (String method : new String[] { "GET", "OPTIONS" }) {
				assertThatNothingIsLogged(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
						+ header.replace("LONG", LONG) + "\r\n\r\n");
			}
		}
	}

	private static void assertThatNothingIsLogged(String request) throws IOException {
		int before = server.log().text().length();
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			socket.shutdownOutput();
			socket.getInputStream().readAllBytes();
		}
		String logged = server.log().text().substring(before);
		// The container tells of what it can't read once a day, with the level info.
		assertThat(logged.lines().filter((line) -> line.startsWith(" WARN ") || line.startsWith(" ERROR "))).isEmpty();
		assertThat(logged).doesNotContain(LONG);
	}

}

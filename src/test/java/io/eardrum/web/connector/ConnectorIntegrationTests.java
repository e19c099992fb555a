package io.eardrum.web.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that keep connections of the HTTP port without a request.
 */
@Timeout(120)
class ConnectorIntegrationTests {

	private static final String READINESS = "GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\n";

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "127.0.0.2" })
	void healthIsAnsweredBesideHeadsThatNeverEnd(String from) throws Exception {
		List<Socket> crowd = new ArrayList<>();
		try (WebServer server = WebServer.start("--server.tomcat.max-connections=100")) {
			for (int i = 0; i < 300; i++) {
				Socket client = connect("127.0.0.1", server.port());
				crowd.add(client);
				client.getOutputStream().write("GET / HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
			}
			for (int i = 0; i < 10; i++) {
				long started = System.nanoTime();
				try (Socket probe = connect(from, server.port())) {
					write(probe, READINESS + "Connection: close\r\n\r\n");
					assertThat(readAll(probe)).startsWith("HTTP/1.1 200 ").contains("\"UP\"");
				}
				assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
			}
			assertThat(server.get("/actuator/prometheus").body())
				.containsPattern("eardrum_http_refused_total\\{reason=\"crowded_out\"} 2[0-9][0-9]\\.0");
		}
		finally {
			for (Socket client : crowd) {
				client.close();
			}
		}
	}

	@Test
	void headThatComesByteByByteIsCut() throws Exception {
		try (WebServer server = WebServer.start("--eardrum.http.head-timeout=1s");
				Socket slow = connect("127.0.0.1", server.port())) {
			long started = System.nanoTime();
			write(slow, "GET / HTTP/1.1\r\nX: ");
			slow.setSoTimeout(50);
			boolean open = true;
			while (open && System.nanoTime() - started < Duration.ofSeconds(20).toNanos()) {
				open = goOn(slow);
			}
			assertThat(open).isFalse();
			assertThat(Duration.ofNanos(System.nanoTime() - started)).isBetween(Duration.ofMillis(900),
					Duration.ofSeconds(10));
			assertThat(server.get("/actuator/prometheus").body())
				.contains("eardrum_http_refused_total{reason=\"head_timeout\"} 1.0");
		}
	}

	@Test
	void timeOfAHeadBeginsAnewWithEachRequest() throws Exception {
		try (WebServer server = WebServer.start("--eardrum.http.head-timeout=2s");
				Socket client = connect("127.0.0.1", server.port())) {
			long started = System.nanoTime();
			int requests = 0;
			while (System.nanoTime() - started < Duration.ofSeconds(4).toNanos()) {
				write(client, READINESS + "\r\n");
				assertThat(readReply(client)).startsWith("HTTP/1.1 200 ");
				requests++;
				Thread.sleep(100);
			}
			assertThat(requests).isGreaterThan(10);
		}
	}

	@Test
	void portOfActuatorIsGuardedToo() throws Exception {
		try (WebServer server = WebServer.start("--management.server.port=0", "--eardrum.http.head-timeout=500ms");
				Socket slow = connect("127.0.0.1",
						server.context()
							.getEnvironment()
							.getRequiredProperty("local.management.port", Integer.class))) {
			write(slow, "GET / HTTP/1.1\r\nX: ");
			slow.setSoTimeout(20_000);
			assertThat(readAll(slow)).isEmpty();
		}
	}

	private static boolean goOn(Socket slow) {
		try {
			slow.getOutputStream().write('x');
			return slow.getInputStream().read() >= 0;
		}
		catch (SocketTimeoutException ex) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Socket connect(String from, int port) throws IOException {
		Socket socket = new Socket();
		socket.bind(new InetSocketAddress(from, 0));
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		socket.setSoTimeout(20_000);
		return socket;
	}

	private static void write(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static String readAll(Socket socket) {
		try {
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
		catch (IOException ex) {
			return "";
		}
	}

	// A reply in chunks.
	private static String readReply(Socket socket) throws IOException {
		StringBuilder reply = new StringBuilder();
		while (!reply.toString().endsWith("\r\n0\r\n\r\n")) {
			int next = socket.getInputStream().read();
			assertThat(next).as(reply.toString()).isNotNegative();
			reply.append((char) next);
		}
		return reply.toString();
	}

}

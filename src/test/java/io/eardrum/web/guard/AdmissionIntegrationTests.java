package io.eardrum.web.guard;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that ask Actuator for more than they read.
 */
@Timeout(120)
class AdmissionIntegrationTests {

	private static final String BILL = "GET /actuator/sbom/application HTTP/1.1\r\nHost: localhost\r\n\r\n";

	@Test
	void clientsThatReadNothingKeepNobodyFromHealthNorFromTheRest() throws Exception {
		List<Socket> slow = new ArrayList<>();
		try (WebServer server = WebServer.start("--server.tomcat.threads.max=8")) {
			// Four threads are for health, and the others for as many clients; with one
			// more,
			// the server is busy, and whoever is not stuck yet gets one answer only.
			for (int i = 0; i < 4; i++) {
				slow.add(askForMuch(server.port()));
			}
			Awaitility.await().pollDelay(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(20)).until(() -> {
				slow.add(askForMuch(server.port()));
				return server.get("/actuator/info").statusCode() == 503;
			});
			long started = System.nanoTime();
			for (String probe : List.of("", "/liveness", "/readiness")) {
				assertThat(server.get("/actuator/health" + probe).statusCode()).isEqualTo(200);
			}
			assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
			Awaitility.await()
				.atMost(Duration.ofSeconds(9))
				.until(() -> server.get("/actuator/info").statusCode() == 200);
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> server.get("/actuator/prometheus").body(),
						(body) -> !body.isEmpty() && body.contains("eardrum_http_refused_total{reason=\"slow_client\"}")
								&& !body.contains("eardrum_http_refused_total{reason=\"slow_client\"} 0.0")
								&& !body.contains("eardrum_http_refused_total{reason=\"requests\"} 0.0"));
		}
		finally {
			for (Socket client : slow) {
				client.close();
			}
		}
	}

	@Test
	void connectionIsKeptUnlessTheServerIsBusy() throws Exception {
		List<Socket> slow = new ArrayList<>();
		try (WebServer server = WebServer.start("--server.tomcat.threads.max=8")) {
			assertThat(connectionOfHealth(server.port())).isEmpty();
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
				for (int i = 0; i < 6; i++) {
					slow.add(askForMuch(server.port()));
				}
				return connectionOfHealth(server.port()).equals("close");
			});
		}
		finally {
			for (Socket client : slow) {
				client.close();
			}
		}
	}

	// The client of the JDK keeps the header to itself.
	private static String connectionOfHealth(int port) throws IOException {
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
			client.getOutputStream()
				.write("GET /actuator/health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			BufferedReader head = new BufferedReader(
					new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
			String connection = "";
			for (String line = head.readLine(); !line.isEmpty(); line = head.readLine()) {
				connection = line.startsWith("Connection: ") ? line.substring("Connection: ".length()) : connection;
			}
			return connection;
		}
	}

	private static Socket askForMuch(int port) throws IOException {
		Socket client = new Socket();
		client.setReceiveBufferSize(2048);
		client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		client.getOutputStream().write(BILL.repeat(60).getBytes(StandardCharsets.US_ASCII));
		return client;
	}

}

package io.eardrum.web.guard;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.web.fixture.WebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What clients that send their bodies byte by byte can do to others, over real
 * connections, of which there are more than threads.
 */
@Isolated("It has more threads than all other tests together.")
@Timeout(120)
class SlowBodyIntegrationTests {

	private static final int THREADS = 120;

	private static final int CONNECTIONS = 150;

	@TempDir
	private static Path data;

	@RegisterExtension
	private static final WebServer server = WebServer.with(() -> List.of(
			// More than the requests of endpoints that are served at once.
			"--server.tomcat.threads.max=" + THREADS, "--eardrum.storage.type=embedded",
			"--eardrum.storage.path=" + data, "--eardrum.storage.memory=64MB",
			// None of the slow ones makes room.
			"--eardrum.requests.max-slow=100", "--eardrum.requests.max-slow-per-client=100"));

	@ParameterizedTest
	@CsvSource({ "/api/nothing, text/plain", "/render, application/x-www-form-urlencoded",
			"/version, application/x-www-form-urlencoded", "/not-there, text/plain", "/actuator/info, application/json",
			"/actuator/backup, application/json" })
	void bodiesThatComeByteByByteKeepNobodyFromTheHealth(String path, String type) throws Exception {
		List<Socket> slow = new ArrayList<>();
		Thread sender = new Thread(() -> send(slow));
		try {
			for (int i = 0; i < CONNECTIONS; i++) {
				slow.add(server.open("POST " + path + " HTTP/1.1", "Host: 127.0.0.1", "Content-Type: " + type,
						"Content-Length: 10000"));
			}
			sender.start();
			for (int i = 0; i < 3; i++) {
				assertThat(readiness()).startsWith("HTTP/1.1 200 ");
			}
		}
		finally {
			sender.interrupt();
			sender.join();
			for (Socket socket : slow) {
				socket.close();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "/api/points, text/plain, 100", "/actuator/backup, application/json, 10" })
	void oneRequestTooManyIsToldSoAndOthersAreServedOnceThereIsRoom(String path, String type, int places)
			throws Exception {
		List<Socket> slow = new ArrayList<>();
		try {
			// What is announced does not come.
			for (int i = 0; i < places; i++) {
				slow.add(open(path, type, 10));
			}
			Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
				replaceAnswered(slow, path, type);
				return answer(path, type).startsWith("HTTP/1.1 503 ");
			});
			assertThat(answer(path, type)).contains("\r\nRetry-After: 1\r\n").contains("too many requests at once");
			assertThat(readiness()).startsWith("HTTP/1.1 200 ");
		}
		finally {
			for (Socket socket : slow) {
				socket.close();
			}
		}
		Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !answer(path, type).startsWith("HTTP/1.1 503 "));
	}

	// While those of another test still leave, some have no place yet and are refused.
	private static void replaceAnswered(List<Socket> slow, String path, String type) throws IOException {
		for (int i = 0; i < slow.size(); i++) {
			if (slow.get(i).getInputStream().available() > 0) {
				slow.get(i).close();
				slow.set(i, open(path, type, 10));
			}
		}
	}

	private static Socket open(String path, String type, int length) throws IOException {
		return server.open("POST " + path + " HTTP/1.1", "Host: 127.0.0.1", "Content-Type: " + type,
				"Connection: close", "Content-Length: " + length);
	}

	// Of a request with a body that is there as a whole, and wrong.
	private static String answer(String path, String type) throws IOException {
		try (Socket socket = open(path, type, 1)) {
			socket.getOutputStream().write('x');
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

	private static String readiness() throws IOException {
		try (Socket socket = server.open("GET /actuator/health/readiness HTTP/1.1", "Host: 127.0.0.1",
				"Connection: close")) {
			socket.setSoTimeout(15_000);
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

	// A byte now and then, on each connection that is still there.
	private static void send(List<Socket> slow) {
		Set<Socket> ended = new HashSet<>();
		try {
			while (true) {
				for (Socket socket : slow) {
					if (!ended.contains(socket) && !takes(socket)) {
						ended.add(socket);
					}
				}
				Thread.sleep(200);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static boolean takes(Socket socket) {
		try {
			socket.getOutputStream().write('a');
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}

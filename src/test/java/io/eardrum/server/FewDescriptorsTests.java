package io.eardrum.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a server that may open few files.
 */
class FewDescriptorsTests {

	@Test
	@EnabledOnOs(OS.LINUX)
	@Timeout(120)
	void crowdOfClientsIsAnsweredAtOnce(@TempDir Path directory) throws Exception {
		int port = EardrumProcess.freePort();
		List<Socket> clients = new ArrayList<>();
		try (EardrumProcess process = EardrumProcess.start(Map.of("EARDRUM_STORAGE_TYPE", "embedded",
				"EARDRUM_STORAGE_PATH", directory.resolve("store").toString(), "EARDRUM_TCP_PORT", String.valueOf(port),
				"SERVER_PORT", "0"), List.of("bash", "-c", "ulimit -n 300 && exec \"$@\"", "limited"))) {
			// The whole start is included, because it opens files as well.
			Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> process.output().contains(" Ready in "));
			for (int i = 0; i < 700; i++) {
				Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
				client.setSoTimeout(5000);
				clients.add(client);
			}
			long started = System.nanoTime();
			int served = 0;
			for (Socket client : clients) {
				client.getOutputStream().write("get nobody\n".getBytes(StandardCharsets.US_ASCII));
			}
			for (Socket client : clients) {
				if (firstByte(client) == 'o') {
					served++;
				}
			}
			assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
			assertThat(served).as(process.output()).isBetween(30, 150);
		}
		finally {
			for (Socket client : clients) {
				client.close();
			}
		}
	}

	private static int firstByte(Socket client) throws IOException {
		try {
			return client.getInputStream().read();
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (SocketException ex) {
			// A reset has overtaken the reply.
			return -1;
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	@Timeout(120)
	void processWithFewDescriptorsGoesOnWhenClientsWantMore(@TempDir Path directory) throws Exception {
		int port = EardrumProcess.freePort();
		List<TestClient> clients = new ArrayList<>();
		try (EardrumProcess process = EardrumProcess.start(
				Map.of("EARDRUM_STORAGE_TYPE", "embedded", "EARDRUM_STORAGE_PATH",
						directory.resolve("store").toString(), "EARDRUM_STORAGE_CHECKPOINTINTERVAL", "1s",
						"EARDRUM_TCP_PORT", String.valueOf(port), "SERVER_PORT", "0"),
				List.of("bash", "-c", "ulimit -n 600 && exec \"$@\"", "limited"))) {
			process.awaitListening(port);
			assertThat(process.output()).contains("No more than 300 connections", "may open 600 files");
			Awaitility.await()
				.atMost(10, TimeUnit.SECONDS)
				.ignoreExceptions()
				.until(() -> TestClient.connect(port).exchange("get nobody\n").equals("ok\n\n"));
			int refused = 0;
			for (int i = 0; i < 400; i++) {
				TestClient client = TestClient.connect(port);
				String reply;
				try {
					reply = client.exchange("put many." + i + " 1 1\n");
				}
				catch (IOException ex) {
					// A reset has overtaken the reply.
					reply = Replies.TOO_MANY_CONNECTIONS;
				}
				if (reply.equals(Replies.OK)) {
					clients.add(client);
				}
				else {
					assertThat(reply).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
					refused++;
					client.close();
				}
			}
			assertThat(clients).hasSizeBetween(250, 300);
			assertThat(refused).isEqualTo(400 - clients.size());
			// Long enough for checkpoints, which open files.
			for (int round = 0; round < 5; round++) {
				for (TestClient client : clients) {
					assertThat(client.exchange("put many.again 1 " + round + "\n")).isEqualTo(Replies.OK);
				}
				Thread.sleep(500);
			}
			clients.remove(0).close();
			Awaitility.await()
				.atMost(10, TimeUnit.SECONDS)
				.ignoreExceptions()
				.until(() -> TestClient.connect(port).exchange("get many.0\n").equals("ok\nmany.0 1.0 1\n\n"));
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for clients that vanish, never read, never send, or send nonsense: each costs one
 * bounded connection at most, and other clients do not notice.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class MisbehavingClientIntegrationTests {

	private static final int MAX_LOG_LINES = 3;

	@RegisterExtension
	private final RunningServer server = RunningServer.with();

	@Test
	void resetInMidFrameExecutesWholeLinesAtMostAndDisturbsNobody() throws Exception {
		try (TestClient other = this.server.client()) {
			for (int i = 0; i < 100; i++) {
				TestClient client = this.server.client();
				client.send("put cut.reset 1 15");
				assertThat(other.exchange("put other.reset " + i + " 1\n")).isEqualTo(Replies.OK);
				client.reset();
			}
			awaitActiveConnections(this.server, 1);
			assertThat(other.exchange("get cut.reset\n")).isEqualTo(Replies.OK);
			assertThat(other.exchange("get other.reset\n")).isEqualTo("ok\nother.reset 99.0 1\n\n");
		}
	}

	@Test
	void resetBeforeRepliesAreReadDisturbsNobody() throws Exception {
		try (TestClient other = this.server.client()) {
			for (int i = 0; i < 50; i++) {
				TestClient client = this.server.client();
				client.send("put unread.reset 1 1\nget unread.reset\nwrong\n".repeat(200) + "put unread.reset 2 2");
				client.reset();
				assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
			awaitActiveConnections(this.server, 1);
			assertThat(other.exchange("get unread.reset\n")).isIn(Replies.OK, "ok\nunread.reset 1.0 1\n\n");
		}
	}

	@Test
	void twoHundredConnectionsThatComeAndGoLeaveNothingBehind() throws Exception {
		for (int i = 0; i < 200; i++) {
			TestClient client = this.server.client();
			if (i % 3 == 0) {
				client.reset();
			}
			else if (i % 3 == 1) {
				client.send("put gone").close();
			}
			else {
				client.close();
			}
		}
		awaitActiveConnections(this.server, 0);
		assertThat(this.server.conversation("get gone\n")).isEqualTo(Replies.OK);
	}

	@Test
	void clientsThatStayWithoutSayingAnythingDisturbNobody() throws Exception {
		List<TestClient> silent = new ArrayList<>();
		try {
			for (int i = 0; i < 100; i++) {
				silent.add(this.server.client());
			}
			assertThat(this.server.conversation("get nobody\n")).isEqualTo(Replies.OK);
			awaitActiveConnections(this.server, 100);
		}
		finally {
			for (TestClient client : silent) {
				client.close();
			}
		}
		awaitActiveConnections(this.server, 0);
	}

	@Test
	void clientThatNeverReadsIsResetAfterTheWriteTimeout() throws Exception {
		try (RunningServer strict = RunningServer.start("--eardrum.tcp.write-timeout=1s");
				TestClient other = strict.client()) {
			fill(strict, 60_000);
			double resets = resets(strict, "write_timeout");
			try (TestClient client = TestClient.connectWithSmallReceiveBuffer(strict.tcpPort(), 4096)) {
				client.send("get *\n".repeat(1000));
				assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
				// Does not wait for two connections: a poll may miss the moment in which
				// there are two.
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.until(() -> resets(strict, "write_timeout") == resets + 1);
				awaitActiveConnections(strict, 1);
				assertThat(client.readUntilClosed().reset()).as("reset").isTrue();
			}
			assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void clientThatReadsSlowlyButSteadilyOutlivesTheWriteTimeout() throws Exception {
		try (RunningServer strict = RunningServer.start("--eardrum.tcp.write-timeout=3s");
				TestClient client = TestClient.connectWithSmallReceiveBuffer(strict.tcpPort(), 256 * 1024)) {
			fill(strict, 60_000);
			client.send("get *\n".repeat(30));
			byte[] buffer = new byte[32 * 1024];
			Awaitility.await()
				.pollDelay(Duration.ofMillis(50))
				.pollInterval(Duration.ofMillis(50))
				.during(Duration.ofSeconds(7))
				.atMost(Duration.ofSeconds(30))
				.until(() -> client.read(buffer) > 0);
		}
	}

	@Test
	void clientThatSendsOneByteAtATimeGetsItsRepliesAndDisturbsNobody() throws Exception {
		try (TestClient slow = this.server.client(); TestClient other = this.server.client()) {
			byte[] commands = "put slow 1 1\nget slow\n".getBytes(StandardCharsets.US_ASCII);
			for (int i = 0; i < commands.length; i++) {
				slow.send(commands, i, i + 1);
				assertThat(other.exchange("put quick " + i + " 1\n")).isEqualTo(Replies.OK);
			}
			assertThat(slow.reply()).isEqualTo(Replies.OK);
			assertThat(slow.reply()).isEqualTo("ok\nslow 1.0 1\n\n");
		}
	}

	@Test
	void idleClientIsClosedAfterTheIdleTimeoutAndBusyOneIsNot() throws Exception {
		try (RunningServer strict = RunningServer.start("--eardrum.tcp.idle-timeout=3s", "--eardrum.graphite.port=0");
				TestClient silent = strict.client();
				TestClient plaintext = TestClient.connect(strict.graphiteAddress());
				TestClient fallenSilent = strict.client();
				TestClient cut = strict.client();
				TestClient busy = strict.client()) {
			assertThat(fallenSilent.exchange("get nobody\n")).isEqualTo(Replies.OK);
			cut.send("put cut.idle 1 1");
			plaintext.send("plaintext.idle 1 1\n");
			// Thirty polls for each timeout, so that a busy machine may miss some.
			Awaitility.await()
				.pollInterval(Duration.ofMillis(100))
				.during(Duration.ofSeconds(7))
				.atMost(Duration.ofSeconds(30))
				.until(() -> busy.exchange("get cut.idle\n").equals(Replies.OK));
			for (TestClient client : List.of(silent, fallenSilent, cut, plaintext)) {
				TestClient.Rest rest = client.readUntilClosed();
				assertThat(rest.text()).isEmpty();
				assertThat(rest.reset()).as("reset").isTrue();
			}
			assertThat(resets(strict, "idle_timeout")).isEqualTo(3);
			assertThat(strict.scrape().sum("eardrum_graphite_connections_reset_total", "reason", "idle_timeout"))
				.isEqualTo(1);
			assertThat(busy.exchange("get cut.idle\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void sessionHasNoIdleTimeoutByDefault() throws Exception {
		try (TestClient silent = this.server.client()) {
			Awaitility.await()
				.pollDelay(Duration.ofMillis(1500))
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(silent.exchange("get nobody\n")).isEqualTo(Replies.OK));
		}
	}

	@Test
	void logStaysQuietWhateverClientsDo() throws Exception {
		long linesBefore = this.server.log().lines().count();
		assertThat(this.server.conversation("wrong\n".repeat(2000))).isEqualTo(Replies.WRONG_COMMAND.repeat(2000));
		for (int i = 0; i < 50; i++) {
			TestClient client = this.server.client();
			client.send("put quiet 1 1\nget quiet\nwrong\n\n\n".repeat(50) + "put cut");
			client.reset();
			TestClient unread = this.server.client();
			unread.send("x".repeat(5000) + "\nGET / HTTP/1.1\r\n");
			unread.close();
			this.server.conversation("put cut 1");
		}
		awaitActiveConnections(this.server, 0);
		assertThat(this.server.log().lines().skip(linesBefore)).hasSizeLessThanOrEqualTo(MAX_LOG_LINES);
	}

	@Test
	void logStaysQuietAboutClientsThatNeverRead() throws Exception {
		try (RunningServer strict = RunningServer.start("--eardrum.tcp.write-timeout=200ms")) {
			fill(strict, 60_000);
			long linesBefore = strict.log().lines().count();
			List<TestClient> clients = new ArrayList<>();
			for (int i = 0; i < 12; i++) {
				TestClient client = TestClient.connectWithSmallReceiveBuffer(strict.tcpPort(), 4096);
				client.send("get *\n".repeat(50));
				clients.add(client);
			}
			for (TestClient client : clients) {
				Awaitility.await().until(() -> strict.scrape().sum("eardrum_connections_active") == 0);
				client.close();
			}
			assertThat(strict.log().lines().skip(linesBefore)).hasSizeLessThanOrEqualTo(MAX_LOG_LINES);
		}
	}

	private static double resets(RunningServer server, String reason) {
		return server.scrape().sum("eardrum_connections_reset_total", "reason", reason);
	}

	private static void fill(RunningServer filled, int points) throws IOException {
		for (int from = 0; from < points; from += 1000) {
			StringBuilder puts = new StringBuilder();
			for (int i = from; i < from + 1000; i++) {
				puts.append("put fill ").append(i).append(".25 ").append(i).append('\n');
			}
			assertThat(filled.conversation(puts.toString())).isEqualTo(Replies.OK.repeat(1000));
		}
	}

	private static void awaitActiveConnections(RunningServer watched, int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(
					() -> assertThat(watched.scrape().sum("eardrum_connections_active")).as("active").isEqualTo(count));
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for what happens when one address has most of the allowed connections.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs more than one address")
@Timeout(120)
class AddressSharesIntegrationTests {

	private static final String CROWD = "127.0.0.1";

	private static final String OTHER = "127.0.0.2";

	@Test
	void newcomerFromElsewhereTakesThePlaceOfTheOneThatWasSilentForLongest() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try (RunningServer server = RunningServer.start("--eardrum.tcp.max-connections=4",
				"--eardrum.graphite.port=0")) {
			TestClient calm = connected(clients, server, OTHER);
			TestClient silent = connected(clients, server, CROWD);
			TestClient talking = connected(clients, server, CROWD);
			TestClient plaintext = TestClient.connect(server.graphiteAddress());
			clients.add(plaintext);
			plaintext.send("some.key 1 1\n");
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> active(server) == 4);
			assertThat(talking.exchange("get nobody\n")).isEqualTo(Replies.OK);
			// With one more client of the other address, each address has two
			// connections, on whatever ports.
			TestClient newcomer = connected(clients, server, OTHER);
			assertThatException().isThrownBy(() -> silent.exchange("get nobody\n")).isInstanceOf(IOException.class);
			for (TestClient there : List.of(calm, talking, newcomer)) {
				assertThat(there.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
			try (TestClient oneMore = TestClient.connectFrom(OTHER, server.tcpPort())) {
				assertThat(oneMore.readToEnd()).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
			}
			PrometheusScrape scrape = PrometheusScrape.of(server.httpPort());
			assertThat(scrape.sum("eardrum_connections_reset_total", "reason", "crowded_out")).isEqualTo(1);
			assertThat(scrape.sum("eardrum_connections_total", "outcome", "rejected")).isEqualTo(1);
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@Test
	void oneAddressThatTakesAllKeepsNobodyElseOut() throws Exception {
		List<TestClient> crowd = new ArrayList<>();
		List<TestClient> others = new ArrayList<>();
		try (RunningServer server = RunningServer.start("--eardrum.tcp.max-connections=100")) {
			for (int i = 0; i < 100; i++) {
				connected(crowd, server, CROWD);
			}
			for (int i = 0; i < 50; i++) {
				connected(others, server, "127.0.1." + i);
			}
			for (TestClient other : others) {
				assertThat(other.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
			assertThat(active(server)).isEqualTo(100);
		}
		finally {
			for (TestClient client : crowd) {
				client.close();
			}
			for (TestClient client : others) {
				client.close();
			}
		}
	}

	@Test
	void sharedAddressIsNotTakenForOneClient() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try (RunningServer server = RunningServer.start("--eardrum.tcp.max-connections=4",
				"--eardrum.clients.shared-addresses=127.0.0.1")) {
			for (int i = 0; i < 2; i++) {
				connected(clients, server, CROWD);
			}
			TestClient silent = connected(clients, server, OTHER);
			connected(clients, server, OTHER);
			// It has two connections, and each client of the proxy has one.
			connected(clients, server, CROWD);
			assertThatException().isThrownBy(() -> silent.exchange("get nobody\n")).isInstanceOf(IOException.class);
			clients.remove(silent);
			silent.close();
			for (TestClient there : clients) {
				assertThat(there.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	private static TestClient connected(List<TestClient> clients, RunningServer server, String from)
			throws IOException {
		TestClient client = TestClient.connectFrom(from, server.tcpPort());
		clients.add(client);
		assertThat(client.exchange("get nobody\n")).isEqualTo(Replies.OK);
		return client;
	}

	private static int active(RunningServer server) {
		return server.bean(TcpEndpoint.class).allConnectionCount();
	}

}

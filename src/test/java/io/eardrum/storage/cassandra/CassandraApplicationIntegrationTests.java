package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

import io.eardrum.client.MetricClient;
import io.eardrum.client.MetricClientException;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.RunningServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the whole application in front of a cluster, and of none.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraApplicationIntegrationTests {

	private static final String NAME = "application_tests";

	@Test
	void answersAsEverAndShowsItsCluster() {
		try (TestKeyspace keyspace = new TestKeyspace(NAME)) {
			keyspace.drop();
			try (RunningServer server = start(TestKeyspace.contactPoint(), "datacenter1");
					MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
				awaitReadiness(server, 200);
				client.put("palm.cpu", 23.7, Instant.ofEpochSecond(1_150_864_247));
				client.put("palm.cpu", 23.9, Instant.ofEpochSecond(1_150_864_247));
				List<String> rows = new ArrayList<>();
				client.getAll((key, timestamp, value) -> rows.add(key + " " + value + " " + timestamp));
				assertThat(rows).containsExactly("palm.cpu 23.9 1150864247");
				assertThat(HttpAnswer.get(server.httpPort(), "/api/series").body()).contains("palm.cpu");
				assertThat(HttpAnswer.get(server.httpPort(), "/actuator/backup").status()).isEqualTo(404);
				String health = HttpAnswer.get(server.httpPort(), "/actuator/health").body();
				assertThat(JsonPath.<String>read(health, "$.components.storage.details.keyspace")).isEqualTo(NAME);
				assertThat(JsonPath.<Integer>read(health, "$.components.storage.details.connectedNodes")).isEqualTo(1);
				assertThat(JsonPath.<Map<String, Object>>read(health, "$.components")).doesNotContainKey("cassandra");
				meters(PrometheusScrape.of(server.httpPort(), "/actuator/prometheus"));
			}
			finally {
				keyspace.drop();
			}
		}
	}

	private static void meters(PrometheusScrape scrape) {
		String prefix = "eardrum_storage_cluster_";
		assertThat(scrape.sum(prefix + "nodes")).isEqualTo(1);
		assertThat(scrape.sum(prefix + "nodes_connected")).isEqualTo(1);
		assertThat(scrape.sum(prefix + "known_series")).isEqualTo(1);
		assertThat(scrape.sum(prefix + "requests_limit")).isEqualTo(256);
		assertThat(scrape.has(prefix + "requests_active")).isTrue();
		assertThat(scrape.sum(prefix + "waiting")).isZero();
		for (String request : new String[] { "write", "read", "register" }) {
			assertThat(scrape.sum(prefix + "request_duration_seconds_count", "request", request)).as(request)
				.isPositive();
			assertThat(scrape.sum(prefix + "request_failures_total", "request", request)).as(request).isZero();
		}
		assertThat(scrape.sum("eardrum_series")).isEqualTo(1);
		assertThat(scrape.sum("eardrum_storage_writable")).isEqualTo(1);
	}

	@Test
	void clusterThatIsNotThereIsUnavailableAndSaidOnce() throws IOException {
		int port;
		try (ServerSocket unused = new ServerSocket(0)) {
			port = unused.getLocalPort();
		}
		try (RunningServer server = start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "datacenter1");
				MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
			unavailable(() -> client.put("palm.cpu", 23.7, Instant.ofEpochSecond(1_150_864_247)));
			unavailable(() -> client.get("palm.cpu", (key, timestamp, value) -> {
			}));
			awaitReadiness(server, 503);
			String health = HttpAnswer.get(server.httpPort(), "/actuator/health").body();
			assertThat(JsonPath.<String>read(health, "$.components.storage.details.problem"))
				.contains("can't be reached", ":" + port);
			// Some attempts later.
			Awaitility.await().pollDelay(Duration.ofSeconds(8)).until(() -> true);
			assertThat(server.log().text().split("can't be reached", -1)).as("log").hasSize(2);
			assertThat(server.log().text()).doesNotContain("com.datastax", "c.d.o.d", "\tat ");
		}
	}

	private static void unavailable(Runnable request) {
		assertThatExceptionOfType(MetricClientException.class).isThrownBy(request::run)
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(MetricClientException.Reason.STORAGE_UNAVAILABLE));
	}

	private static RunningServer start(InetSocketAddress contactPoint, String datacenter) {
		return RunningServer.start("--spring.profiles.active=cassandra", "--eardrum.storage.type=cassandra",
				"--eardrum.storage.cassandra.replication-factor=1", "--spring.cassandra.keyspace-name=" + NAME,
				"--spring.cassandra.local-datacenter=" + datacenter,
				"--spring.cassandra.contact-points=" + contactPoint.getHostString() + ":" + contactPoint.getPort());
	}

	private static void awaitReadiness(RunningServer server, int status) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.until(() -> HttpAnswer.get(server.httpPort(), "/actuator/health/readiness").status() == status);
	}

}

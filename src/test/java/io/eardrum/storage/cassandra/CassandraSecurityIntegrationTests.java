package io.eardrum.storage.cassandra;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.ssl.ProgrammaticSslEngineFactory;
import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

import io.eardrum.client.MetricClient;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestCertificate;
import io.eardrum.storage.cassandra.cluster.Schema;
import io.eardrum.storage.cassandra.fixture.CassandraCluster;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a cluster that talks only to whoever has a certificate and a password, and
 * lets a role do no more than it needs, set up as {@code docs/cluster.md} says.
 */
@Tag("cassandra")
@ResourceLock("Cassandra")
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CassandraSecurityIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final CqlIdentifier KEYSPACE = CqlIdentifier.fromCql("eardrum");

	@TempDir
	private static Path directory;

	private static CassandraCluster cluster;

	private static CqlSession administrator;

	@BeforeAll
	static void start() throws Exception {
		TestCertificate node = TestCertificate.create(directory, "node");
		TestCertificate client = TestCertificate.create(directory, "client");
		node.writePem(Files.createDirectory(directory.resolve("of-node")));
		client.writePem(Files.createDirectory(directory.resolve("of-client")));
		client.writeTrustStore(directory.resolve("clients.p12"));
		List<String> arguments = new ArrayList<>(CassandraCluster.SMALL);
		arguments.add("-Dcassandra.superuser_setup_delay_ms=0");
		cluster = CassandraCluster.start(1, arguments, Map.of("authenticator", "PasswordAuthenticator", "authorizer",
				"CassandraAuthorizer", "client_encryption_options", encryption()));
		SSLContext context = TestCertificate.context(client, node);
		// The node takes clients before it has made the first of its roles.
		administrator = Awaitility.await()
			.atMost(PATIENCE)
			.ignoreException(AllNodesFailedException.class)
			.until(() -> connect(context), Objects::nonNull);
	}

	private static Map<String, Object> encryption() {
		Map<String, Object> encryption = new HashMap<>();
		encryption.put("enabled", true);
		encryption.put("optional", false);
		encryption.put("require_client_auth", true);
		encryption.put("store_type", "PKCS12");
		encryption.put("keystore", directory.resolve("node.p12").toString());
		encryption.put("keystore_password", "changeit");
		encryption.put("truststore", directory.resolve("clients.p12").toString());
		encryption.put("truststore_password", "changeit");
		return encryption;
	}

	private static CqlSession connect(SSLContext context) {
		return CqlSession.builder()
			.addContactPoint(cluster.contactPoints().get(0))
			.withLocalDatacenter(CassandraCluster.DATACENTER)
			.withAuthCredentials("cassandra", "cassandra")
			.withSslEngineFactory(new ProgrammaticSslEngineFactory(context))
			.withConfigLoader(DriverConfigLoader.programmaticBuilder()
				.withDuration(DefaultDriverOption.REQUEST_TIMEOUT, PATIENCE)
				.withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(100))
				.build())
			.build();
	}

	@AfterAll
	static void stop() {
		if (administrator != null) {
			administrator.close();
		}
		if (cluster != null) {
			cluster.close();
		}
	}

	@Test
	void serverSaysWhatItMayNotAndGoesOnOnceItMay() {
		try (RunningServer server = server(encrypted("of-node", "of-client", "--spring.cassandra.username=eardrum",
				"--spring.cassandra.password=secret", "--eardrum.storage.cassandra.create-schema=false"))) {
			awaitProblem(server, "username eardrum and/or password are incorrect");
			administrator.execute("CREATE KEYSPACE eardrum WITH replication = "
					+ "{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}");
			Schema.tables(KEYSPACE).values().forEach(administrator::execute);
			administrator.execute("CREATE ROLE eardrum WITH PASSWORD = 'secret' AND LOGIN = true");
			awaitProblem(server, "eardrum has no ", " permission on ");
			administrator.execute("GRANT SELECT ON KEYSPACE eardrum TO eardrum");
			administrator.execute("GRANT MODIFY ON KEYSPACE eardrum TO eardrum");
			awaitReadiness(server, 200);
			try (MetricClient client = MetricClient.connect("127.0.0.1", server.tcpPort())) {
				client.put("palm.cpu", 23.7, Instant.ofEpochSecond(1_150_864_247));
				List<String> rows = new ArrayList<>();
				client.getAll((key, timestamp, value) -> rows.add(key + " " + value + " " + timestamp));
				assertThat(rows).containsExactly("palm.cpu 23.7 1150864247");
			}
		}
	}

	@Test
	void nodeThatIsNotTrustedIsNotTalkedTo() {
		try (RunningServer server = server(encrypted("of-client", "of-client"))) {
			awaitProblem(server, "can't be reached", "unable to find valid certification path");
		}
	}

	@Test
	void serverWithoutEncryptionSaysWhereItGotStuck() {
		try (RunningServer server = server()) {
			awaitProblem(server, "can't be reached", "Protocol initialization");
		}
	}

	private static String[] encrypted(String trusted, String own, String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		String bundle = "--spring.ssl.bundle.pem.cassandra.";
		all.add("--spring.cassandra.ssl.bundle=cassandra");
		all.add(bundle + "truststore.certificate=" + directory.resolve(trusted).resolve("cert.pem").toUri());
		all.add(bundle + "keystore.certificate=" + directory.resolve(own).resolve("cert.pem").toUri());
		all.add(bundle + "keystore.private-key=" + directory.resolve(own).resolve("key.pem").toUri());
		return all.toArray(String[]::new);
	}

	private static RunningServer server(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--spring.profiles.active=cassandra");
		all.add("--eardrum.storage.type=cassandra");
		all.add("--spring.cassandra.local-datacenter=" + CassandraCluster.DATACENTER);
		all.add("--spring.cassandra.contact-points=" + cluster.contactPointList());
		return RunningServer.start(all.toArray(String[]::new));
	}

	private static void awaitProblem(RunningServer server, String... parts) {
		awaitReadiness(server, 503);
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(JsonPath.<String>read(HttpAnswer.get(server.httpPort(), "/actuator/health").body(),
							"$.components.storage.details.problem"))
						.contains(parts));
	}

	private static void awaitReadiness(RunningServer server, int status) {
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> HttpAnswer.get(server.httpPort(), "/actuator/health/readiness").status() == status);
	}

}

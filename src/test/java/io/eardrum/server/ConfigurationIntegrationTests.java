package io.eardrum.server;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.assertj.core.api.AbstractStringAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the server says about a wrong configuration, and for configuration by
 * environment variables.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(90)
class ConfigurationIntegrationTests {

	@ParameterizedTest(name = "{0}={1}")
	@CsvSource(delimiter = '|', textBlock = """
			eardrum.tcp.port                  | -1       | 65535
			eardrum.tcp.port                  | 70000    | 65535
			eardrum.tcp.port                  | abc      | a whole number
			eardrum.tcp.max-connections       | 0        | 1
			eardrum.tcp.max-connections       | -5       | 1
			eardrum.tcp.max-connections       | many     | a whole number
			eardrum.tcp.delete                | perhaps  | true or false
			eardrum.tcp.max-line-length       | 1        | ''
			eardrum.tcp.max-line-length       | -1       | ''
			eardrum.tcp.max-line-length       | long     | 64KB
			eardrum.tcp.max-key-length        | 0        | 1
			eardrum.tcp.max-key-length        | 5000     | 4096
			eardrum.tcp.write-timeout         | -1s      | ''
			eardrum.tcp.idle-timeout          | -1s      | ''
			eardrum.tcp.idle-timeout          | soon     | 30d
			eardrum.storage.retention         | 30days   | 30d
			eardrum.storage.max-series        | 9999999999 | a whole number
			eardrum.tcp.shutdown-grace-period | -1s      | ''
			eardrum.tcp.prot                  | 8888     | eardrum.tcp.prot
			eardrum.tcp.allow                 | 10.0.0/8 | 10.0.0.0/8
			eardrum.tcp.allow                 | me       | 10.0.0.0/8
			eardrum.tcp.ssl.bundle            | nobody   | spring.ssl.bundle
			eardrum.tcp.ssl.client-auth       | need     | eardrum.tcp.ssl.bundle
			eardrum.tcp.ssl.client-auth       | yes      | none, want, need
			eardrum.graphite.port             | -1       | 65535
			eardrum.graphite.port             | 2003udp  | 65535
			eardrum.graphite.prot             | 2003     | eardrum.graphite.port?
			eardrum.storge.path               | x        | Did you mean eardrum.storage.path?
			eardrum.unheard.of                | x        | does not exist
			eardrum.storage.type              | paper    | memory
			eardrum.storage.max-series        | 0        | 1 or more
			eardrum.storage.max-future        | 59s      | 1m to 3650d
			eardrum.storage.max-future        | 3651d    | 1m to 3650d
			eardrum.storage.max-future        | -1d      | 1m to 3650d
			eardrum.http.user                 | a:da     | ''
			eardrum.http.usr                  | ada      | eardrum.http.usr
			eardrum.http.hosts                | http://a | metrics.example
			eardrum.http.hosts                | a,b:8080 | metrics.example
			eardrum.http.hosts                | *.a      | metrics.example
			""")
	void wrongValueStopsTheStartWithMessageThatNamesIt(String property, String value, String allowed) {
		String log = RunningServer.logOfFailedStart("--" + property + "=" + value);
		assertThatFailureIsAnalysed(log).contains(value).contains(allowed);
		assertThat(description(log).replace("-", "").toLowerCase(Locale.ROOT)).contains(property.replace("-", ""));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			secret                  | ''  | eardrum.http.user has the value ''
			''                      | ada | eardrum.http.password has the value ''
			{bcrypt}secret          | ada | $2a$10$
			{bcrypt}$2a$31$secret   | ada | $2a$10$
			{sha256}secret          | ada | {bcrypt}
			{noop}                  | ada | {noop}
			""")
	void wrongPasswordIsNamedAndNotShown(String password, String user, String told) {
		String log = RunningServer.logOfFailedStart("--eardrum.http.password=" + password,
				"--eardrum.http.user=" + user);
		assertThatFailureIsAnalysed(log).contains(told).contains("eardrum.http.password").doesNotContain("secret");
		assertThat(log).doesNotContain("secret");
	}

	@Test
	void unknownVariableStopsTheStart() throws Exception {
		try (EardrumProcess process = EardrumProcess
			.start(Map.of("EARDRUM_STORAGE_RETENTON", "30d", "EARDRUM_TCP_PORT", "0", "SERVER_PORT", "0"))) {
			assertThat(process.awaitExit(Duration.ofSeconds(60))).isNotZero();
			assertThat(process.output()).contains("EARDRUM_STORAGE_RETENTON", "in the environment",
					"Did you mean eardrum.storage.retention?");
		}
	}

	@Test
	void unknownNameInAFileIsNamedWithItsPlace(@TempDir Path folder) throws Exception {
		Path file = Files.writeString(folder.resolve("my.yml"), "eardrum:\n  tcp:\n    prot: 1\n");
		String log = RunningServer.logOfFailedStart("--spring.config.additional-location=file:" + file);
		assertThatFailureIsAnalysed(log).contains("eardrum.tcp.prot", "my.yml", "3:11", "eardrum.tcp.port");
	}

	@Test
	void takenPortIsNamedAlongWithThePropertyThatChangesIt() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			String log = RunningServer.logOfFailedStart("--eardrum.tcp.port=" + taken.getLocalPort());
			assertThatFailureIsAnalysed(log).contains(Integer.toString(taken.getLocalPort()))
				.contains("eardrum.tcp.port");
		}
	}

	@Test
	void takenPortOfGraphiteIsNamedAlongWithThePropertyThatChangesIt() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			String log = RunningServer.logOfFailedStart("--eardrum.graphite.port=" + taken.getLocalPort());
			assertThatFailureIsAnalysed(log).contains("port " + taken.getLocalPort() + " of 127.0.0.1")
				.contains("with eardrum.graphite.port")
				.contains("EARDRUM_GRAPHITE_PORT=")
				.contains("comes from eardrum.tcp.host");
		}
	}

	@Test
	void portOfGraphiteThatIsTakenOnUdpIsNamedToo() throws Exception {
		// A port that is free on TCP.
		try (DatagramSocket taken = new DatagramSocket(EardrumProcess.freePort(), InetAddress.getLoopbackAddress())) {
			String log = RunningServer.logOfFailedStart("--eardrum.graphite.port=" + taken.getLocalPort());
			assertThatFailureIsAnalysed(log).contains("port " + taken.getLocalPort() + " of 127.0.0.1 (UDP: ")
				.contains("with eardrum.graphite.port");
		}
	}

	@Test
	void hostOfGraphiteThatCannotBeHadIsNamed() {
		String log = RunningServer.logOfFailedStart("--eardrum.graphite.port=0", "--eardrum.graphite.host=192.0.2.1");
		assertThatFailureIsAnalysed(log).contains("192.0.2.1").contains("Set eardrum.graphite.host");
	}

	@Test
	void hostOfGraphiteThatCannotBeResolvedIsNamed() {
		String log = RunningServer.logOfFailedStart("--eardrum.graphite.port=0",
				"--eardrum.graphite.host=no-such-host.invalid");
		assertThatFailureIsAnalysed(log).contains("no-such-host.invalid").contains("eardrum.graphite.host");
	}

	@Test
	void takenPortGivesProcessExitCodeOtherThanZero() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				EardrumProcess process = EardrumProcess
					.start(Map.of("EARDRUM_TCP_PORT", Integer.toString(taken.getLocalPort()), "SERVER_PORT", "0"))) {
			assertThat(process.awaitExit(Duration.ofSeconds(60))).isNotZero();
			assertThat(process.output()).contains("APPLICATION FAILED TO START")
				.contains(Integer.toString(taken.getLocalPort()))
				.contains("eardrum.tcp.port");
		}
	}

	@Test
	void hostThatCannotBeResolvedIsNamed() {
		String log = RunningServer.logOfFailedStart("--eardrum.tcp.host=no-such-host.invalid");
		assertThatFailureIsAnalysed(log).contains("no-such-host.invalid").contains("eardrum.tcp.host");
	}

	@Test
	void hostThatIsNotOfThisMachineIsNamed() {
		String log = RunningServer.logOfFailedStart("--eardrum.tcp.host=192.0.2.1");
		assertThatFailureIsAnalysed(log).contains("192.0.2.1").contains("eardrum.tcp.host");
	}

	@Test
	void listensOnLoopbackOfIpVersion6() throws Exception {
		Assumptions.assumeTrue(hasLoopbackOfIpVersion6());
		try (RunningServer server = RunningServer.start("--eardrum.tcp.host=::1");
				TestClient client = TestClient.connect(server.tcpAddress())) {
			assertThat(client.exchange("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void maximumLineLengthMayHaveUnit() throws Exception {
		try (RunningServer server = RunningServer.start("--eardrum.tcp.max-line-length=8KB")) {
			assertThat(server.conversation("get nobody" + " ".repeat(8182) + "\nget nobody" + " ".repeat(8183) + "\n"))
				.isEqualTo(Replies.OK + Replies.WRONG_COMMAND);
		}
	}

	@Test
	void environmentVariablesConfigureProcess() throws Exception {
		int port = EardrumProcess.freePort();
		int httpPort = freePortBesides(port);
		Map<String, String> environment = Map.of("EARDRUM_TCP_PORT", Integer.toString(port), "SERVER_PORT",
				Integer.toString(httpPort), "EARDRUM_TCP_MAXCONNECTIONS", "50", "EARDRUM_TCP_MAXLINELENGTH", "64",
				"EARDRUM_TCP_MAX_KEY_LENGTH", "8", "EARDRUM_HOST", "elsewhere", "EARDRUM_GRAPHITE_PORT",
				"tcp://10.96.0.7:2003", "EARDRUM_SERVICE_HOST", "10.96.0.7", "EARDRUM_PORT_8888_TCP_ADDR", "10.96.0.7",
				"EARDRUM_TCP_WRITE_TIMEOUT", "");
		try (EardrumProcess process = EardrumProcess.start(environment)) {
			process.awaitListening(port);
			process.awaitListening(httpPort);
			try (TestClient client = TestClient.connect(port)) {
				client.send("put 12345678 1 1\nput 123456789 1 1\nget a" + " ".repeat(60) + "\n").halfClose();
				assertThat(client.readToEnd()).isEqualTo(Replies.OK + Replies.WRONG_COMMAND + Replies.WRONG_COMMAND);
			}
			assertThat(process.output()).contains("EARDRUM_GRAPHITE_PORT=tcp://10.96.0.7:2003 is not for this server");
			// It listens a moment before it reports that it is ready.
			Awaitility.await()
				.atMost(20, TimeUnit.SECONDS)
				.untilAsserted(() -> assertThat(HttpAnswer.get(httpPort, "/actuator/health").status()).isEqualTo(200));
		}
	}

	private static AbstractStringAssert<?> assertThatFailureIsAnalysed(String log) {
		assertThat(log).contains("APPLICATION FAILED TO START");
		return assertThat(description(log));
	}

	private static String description(String log) {
		return log.substring(Math.max(0, log.indexOf("APPLICATION FAILED TO START")));
	}

	private static int freePortBesides(int other) throws IOException {
		int port = EardrumProcess.freePort();
		return (port != other) ? port : freePortBesides(other);
	}

	private static boolean hasLoopbackOfIpVersion6() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getAllByName("::1")[0])) {
			return socket.getLocalPort() > 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}

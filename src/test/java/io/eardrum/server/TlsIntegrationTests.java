package io.eardrum.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestCertificate;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.server.limit.UnfinishedInputLimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the TCP port with TLS, and with a list of networks.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(90)
class TlsIntegrationTests {

	private static final String CLIENT_AUTH = "--eardrum.tcp.ssl.client-auth=";

	private static TestCertificate first;

	private static TestCertificate second;

	@TempDir
	Path directory;

	@BeforeAll
	static void createCertificates(@TempDir Path certificates) throws Exception {
		first = TestCertificate.create(certificates, "first");
		second = TestCertificate.create(certificates, "second");
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void commandsAreAnsweredAsOnThePlainPort(String protocol) throws Exception {
		try (RunningServer server = start();
				TestClient client = TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first), 0,
						protocol)) {
			assertThat(client.exchange("put a 1.5 7\r\n")).isEqualTo(Replies.OK);
			assertThat(client.exchange("get a\n")).isEqualTo("ok\na 1.5 7\n\n");
			assertThat(client.exchange("nonsense\n")).isEqualTo(Replies.WRONG_COMMAND);
			StringBuilder puts = new StringBuilder();
			for (int i = 0; i < 50_000; i++) {
				puts.append("put many ").append(i).append(' ').append(i).append('\n');
			}
			Thread sender = new Thread(() -> {
				try {
					client.send(puts.toString());
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			sender.start();
			assertThat(client.read(50_000 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(50_000));
			sender.join();
			String reply = client.exchange("get many\n");
			assertThat(reply.lines()).hasSize(50_002);
			assertThat(reply).startsWith("ok\nmany 0.0 0\n").endsWith("\nmany 49999.0 49999\n\n");
			assertThat(server.scrape().sum("eardrum_tls_handshakes_total", "outcome", "completed")).isEqualTo(1);
		}
	}

	@Test
	void whatAClientSaidBeforeItEndedItsSideIsAnswered() throws Exception {
		try (RunningServer server = start();
				TestClient client = TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first), 0,
						"TLSv1.3")) {
			client.send("put a 1 1\nget a\npu").halfClose();
			// An orderly end, which says that nothing is missing.
			assertThat(client.readToEnd()).isEqualTo(Replies.OK + "ok\na 1.0 1\n\n" + Replies.WRONG_COMMAND);
		}
	}

	// Each holds nearly the longest record, and all together hold more than is allowed.
	@Test
	void unfinishedRecordsTakeNoMoreThanTheirShareOfTheHeap() throws Exception {
		byte[] start = new byte[16_000];
		System.arraycopy(new byte[] { 22, 3, 1, 64, 0 }, 0, start, 0, 5);
		List<TestClient> clients = new ArrayList<>();
		try (RunningServer server = start("--eardrum.heap.connections=1MB");
				TestClient other = TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first),
						0)) {
			UnfinishedInputLimit unfinished = server.bean(ConnectionRegistry.class).memory().unfinishedInput();
			for (int i = 0; i < 100; i++) {
				clients.add(server.client().send(start));
				assertThat(unfinished.heldBytes()).isLessThanOrEqualTo(1 << 20);
			}
			Awaitility.await()
				.untilAsserted(() -> assertThat(
						server.scrape().sum("eardrum_connections_reset_total", "reason", "unfinished_input"))
					.isGreaterThan(20));
			assertThat(unfinished.heldBytes()).isLessThanOrEqualTo(1 << 20);
			assertThat(other.exchange("put a 1 1\n")).isEqualTo(Replies.OK);
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "put a 1 1\n", "p", "\n" })
	void clientWithoutTlsIsToldSoAtOnce(String sent) throws Exception {
		try (RunningServer server = start(); TestClient client = server.client()) {
			client.send(sent);
			assertThat(client.readToEnd()).isEqualTo("error\nTLS expected\n\n");
			awaitFailedHandshakes(server, 1);
			assertThat(server.scrape().sum("eardrum_points_put_total")).isZero();
		}
	}

	@Test
	void clientWithTlsOnThePlainPortIsToldSoAtOnce() throws Exception {
		try (RunningServer server = RunningServer.start()) {
			assertThatExceptionOfType(SSLException.class)
				.isThrownBy(() -> TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first), 0))
				.withMessageContaining("handshake_failure");
			awaitFailedHandshakes(server, 1);
			assertThat(server.conversation("put a 1 1\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void clientsHaveToShowACertificateThatIsTrusted() throws Exception {
		try (RunningServer server = start(CLIENT_AUTH + "need",
				"--spring.ssl.bundle.pem.port.truststore.certificate=" + second.certificatePem())) {
			int port = server.tcpPort();
			try (TestClient client = TestClient.connectWithTls(port, TestCertificate.context(second, first), 0)) {
				assertThat(client.exchange("put a 1 1\n")).isEqualTo(Replies.OK);
			}
			for (TestCertificate shown : Arrays.asList(null, first)) {
				assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
					try (TestClient client = TestClient.connectWithTls(port, TestCertificate.context(shown, first),
							0)) {
						client.exchange("put b 1 1\n");
					}
				});
			}
			// The alert is sent before the failure is counted.
			awaitFailedHandshakes(server, 2);
			assertThat(server.scrape().sum("eardrum_points_put_total")).isEqualTo(1);
		}
	}

	@Test
	void clientsMayShowACertificate() throws Exception {
		try (RunningServer server = start(CLIENT_AUTH + "want",
				"--spring.ssl.bundle.pem.port.truststore.certificate=" + second.certificatePem())) {
			for (TestCertificate shown : Arrays.asList(null, second)) {
				try (TestClient client = TestClient.connectWithTls(server.tcpPort(),
						TestCertificate.context(shown, first), 0)) {
					assertThat(client.exchange("put a 1 1\n")).isEqualTo(Replies.OK);
				}
			}
		}
	}

	@Test
	void newCertificatesAreUsedWithoutARestartAndBrokenOnesAreNot() throws Exception {
		try (RunningServer server = start("--spring.ssl.bundle.pem.port.reload-on-update=true",
				"--spring.ssl.bundle.watch.file.quiet-period=100ms");
				TestClient before = TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first),
						0)) {
			second.writePem(this.directory);
			Awaitility.await()
				.atMost(20, TimeUnit.SECONDS)
				.ignoreExceptions()
				.until(() -> answers(server, TestCertificate.context(null, second)));
			assertThat(answers(server, TestCertificate.context(null, first))).isFalse();
			assertThat(before.exchange("put a 1 1\n")).isEqualTo(Replies.OK);
			Files.writeString(this.directory.resolve("cert.pem"), "no certificate");
			Awaitility.await()
				.during(2, TimeUnit.SECONDS)
				.atMost(10, TimeUnit.SECONDS)
				.until(() -> answers(server, TestCertificate.context(null, second)));
			assertThat(server.log().text()).contains("The reloaded certificates of the SSL bundle 'port'");
			first.writePem(this.directory);
			Awaitility.await()
				.atMost(20, TimeUnit.SECONDS)
				.ignoreExceptions()
				.until(() -> answers(server, TestCertificate.context(null, first)));
		}
	}

	@Test
	void aReplyThatNobodyReadsKeepsNobodyWaitingAndIsCompleteInTheEnd() throws Exception {
		try (RunningServer server = start()) {
			SSLContext context = TestCertificate.context(null, first);
			StringBuilder puts = new StringBuilder();
			for (int i = 0; i < 30_000; i++) {
				puts.append("put wide 1 ").append(i).append('\n');
			}
			try (TestClient writer = TestClient.connectWithTls(server.tcpPort(), context, 0)) {
				writer.send(puts.toString());
				assertThat(writer.read(30_000 * Replies.OK.length())).endsWith(Replies.OK);
			}
			List<TestClient> deaf = new ArrayList<>();
			for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 2; i++) {
				TestClient client = TestClient.connectWithTls(server.tcpPort(), context, 4096);
				client.send("get *\n".repeat(10));
				deaf.add(client);
			}
			try (TestClient other = TestClient.connectWithTls(server.tcpPort(), context, 0)) {
				for (int i = 0; i < 20; i++) {
					assertThat(other.exchange("put other 1 " + i + "\n")).isEqualTo(Replies.OK);
				}
			}
			for (TestClient client : deaf) {
				for (int i = 0; i < 3; i++) {
					assertThat(client.reply()).startsWith("ok\nwide 1.0 0\n").contains("\nwide 1.0 29999\n");
				}
				client.close();
			}
		}
	}

	@Test
	void clientThatNeverFinishesItsHandshakeIsReset() throws Exception {
		try (RunningServer server = start()) {
			// Set before there is a connection whose time runs.
			long start = System.nanoTime();
			try (TestClient client = server.client()) {
				client.send(new byte[] { 22, 3, 1, 2 });
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.until(() -> server.scrape().sum("eardrum_connections_reset_total", "reason", "handshake") == 1);
				assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.SECONDS.toNanos(8));
				assertThat(client.readUntilClosed().reset()).isTrue();
			}
		}
	}

	@Test
	void manyHandshakesAtOnceSucceed() throws Exception {
		try (RunningServer server = start()) {
			SSLContext context = TestCertificate.context(null, first);
			List<Thread> threads = new ArrayList<>();
			List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
			for (int i = 0; i < 16; i++) {
				int number = i;
				Thread thread = new Thread(() -> {
					for (int round = 0; round < 15; round++) {
						try (TestClient client = TestClient.connectWithTls(server.tcpPort(), context, 0)) {
							assertThat(client.exchange("put storm." + number + " 1 " + round + "\n"))
								.isEqualTo(Replies.OK);
						}
						catch (Throwable ex) {
							failures.add(ex);
						}
					}
				});
				threads.add(thread);
				thread.start();
			}
			for (Thread thread : threads) {
				thread.join();
			}
			assertThat(failures).isEmpty();
			assertThat(server.threads().stream().filter((thread) -> thread.getName().startsWith("eardrum-tls-")))
				.as("threads that compute handshakes")
				.hasSizeLessThanOrEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
			assertThat(server.scrape().sum("eardrum_points_put_total")).isEqualTo(16 * 15);
			Awaitility.await()
				.atMost(10, TimeUnit.SECONDS)
				.until(() -> server.bean(TcpEndpoint.class).connectionCount() == 0);
		}
	}

	@Test
	void connectionTooManyIsClosedWithoutAWord() throws Exception {
		try (RunningServer server = start("--eardrum.tcp.max-connections=1");
				TestClient client = TestClient.connectWithTls(server.tcpPort(), TestCertificate.context(null, first),
						0);
				TestClient tooMany = server.client()) {
			assertThat(tooMany.readToEnd()).isEmpty();
			assertThat(client.exchange("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void bundleMayBeAKeyStoreAndNarrowsTheVersions(@TempDir Path stores) throws Exception {
		TestCertificate third = TestCertificate.create(stores, "third");
		try (RunningServer server = RunningServer.start("--eardrum.tcp.ssl.bundle=port",
				"--spring.ssl.bundle.jks.port.keystore.location=file:" + stores.resolve("third.p12"),
				"--spring.ssl.bundle.jks.port.keystore.password=changeit",
				"--spring.ssl.bundle.jks.port.options.enabled-protocols=TLSv1.3")) {
			SSLContext context = TestCertificate.context(null, third);
			try (TestClient client = TestClient.connectWithTls(server.tcpPort(), context, 0)) {
				assertThat(client.exchange("get nobody\n")).isEqualTo(Replies.OK);
			}
			assertThatExceptionOfType(SSLException.class)
				.isThrownBy(() -> TestClient.connectWithTls(server.tcpPort(), context, 0, "TLSv1.2"))
				.withMessageContaining("protocol_version");
		}
	}

	@Test
	void bundleThatCannotBeUsedStopsTheStart() throws Exception {
		Files.writeString(this.directory.resolve("broken.pem"), "no key");
		assertThatException()
			.isThrownBy(() -> start(
					"--spring.ssl.bundle.pem.port.keystore.private-key=file:" + this.directory.resolve("broken.pem"))
				.close())
			.satisfies((ex) -> assertThat(causes(ex)).contains("eardrum.tcp.ssl.bundle"));
	}

	@Test
	void onlyAllowedNetworksMayConnect() throws Exception {
		try (RunningServer server = RunningServer.start("--eardrum.tcp.allow=10.0.0.0/8,127.0.0.0/9")) {
			assertThat(server.conversation("put a 1 1\n")).isEqualTo(Replies.OK);
			for (int i = 0; i < 4; i++) {
				try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.tcpPort(),
						InetAddress.getByAddress(new byte[] { 127, (byte) 128, 0, 1 }), 0)) {
					socket.setSoTimeout(10_000);
					assertThat(socket.getInputStream().read()).isEqualTo(-1);
				}
			}
			Awaitility.await()
				.atMost(10, TimeUnit.SECONDS)
				.until(() -> server.scrape().sum("eardrum_connections_total", "outcome", "refused") == 4);
			assertThat(server.log().lines().filter((line) -> line.contains("Refused a client from 127.128.0.1")))
				.hasSizeBetween(1, 3);
			assertThat(server.conversation("get a\n")).isEqualTo("ok\na 1.0 1\n\n");
		}
	}

	@Test
	void onlyAllowedNetworksMaySendToThePortOfGraphite() throws Exception {
		InetAddress elsewhere = InetAddress.getByAddress(new byte[] { 127, (byte) 128, 0, 1 });
		try (RunningServer choosy = RunningServer.start("--eardrum.graphite.port=0",
				"--eardrum.tcp.allow=127.0.0.0/9")) {
			InetSocketAddress target = choosy.graphiteAddress();
			try (Socket socket = new Socket(target.getAddress(), target.getPort(), elsewhere, 0)) {
				socket.setSoTimeout(10_000);
				assertThat(socket.getInputStream().read()).isEqualTo(-1);
			}
			try (DatagramSocket foreign = new DatagramSocket(new InetSocketAddress(elsewhere, 0));
					DatagramSocket own = new DatagramSocket()) {
				// In order, because one thread reads all of them.
				byte[] line = "foreign 1 1".getBytes(StandardCharsets.UTF_8);
				foreign.send(new DatagramPacket(line, line.length, target));
				line = "own 1 1".getBytes(StandardCharsets.UTF_8);
				own.send(new DatagramPacket(line, line.length, target));
			}
			Awaitility.await()
				.atMost(20, TimeUnit.SECONDS)
				.until(() -> choosy.scrape().sum("eardrum_graphite_points_total") == 1);
			assertThat(choosy.conversation("get *\n")).isEqualTo("ok\nown 1.0 1\n\n");
			assertThat(choosy.scrape().sum("eardrum_graphite_connections_total", "outcome", "refused")).isEqualTo(2);
		}
	}

	private static void awaitFailedHandshakes(RunningServer server, int count) {
		Awaitility.await()
			.atMost(10, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(server.scrape().sum("eardrum_tls_handshakes_total", "outcome", "failed"))
				.isEqualTo(count));
	}

	private static boolean answers(RunningServer server, SSLContext context) {
		try (TestClient client = TestClient.connectWithTls(server.tcpPort(), context, 0)) {
			return client.exchange("get none\n").equals("ok\n\n");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private RunningServer start(String... more) throws Exception {
		first.writePem(this.directory);
		List<String> arguments = new ArrayList<>(List.of("--eardrum.tcp.ssl.bundle=port",
				"--spring.ssl.bundle.pem.port.keystore.certificate=file:" + this.directory.resolve("cert.pem"),
				"--spring.ssl.bundle.pem.port.keystore.private-key=file:" + this.directory.resolve("key.pem")));
		arguments.addAll(List.of(more));
		return RunningServer.start(arguments.toArray(String[]::new));
	}

	private static String causes(Throwable failure) {
		StringBuilder text = new StringBuilder();
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			text.append(cause.getMessage()).append('\n');
		}
		return text.toString();
	}

}

package io.eardrum.client;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.eardrum.client.MetricClientException.Reason;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.metric.KeyedPoint;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MetricClient} over TLS.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTests {

	private static SSLContext context;

	@BeforeAll
	static void makeCertificate(@TempDir Path folder) throws Exception {
		Path store = folder.resolve("server.p12");
		Process keytool = new ProcessBuilder(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						"server", "-keyalg", "EC", "-dname", "CN=eardrum", "-ext", "san=ip:127.0.0.1", "-validity", "2",
						"-storetype", "PKCS12", "-storepass", "changeit", "-keystore", store.toString()))
			.redirectErrorStream(true)
			.start();
		assertThat(keytool.waitFor()).isZero();
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(store)) {
			keys.load(input, "changeit".toCharArray());
		}
		KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		own.init(keys, "changeit".toCharArray());
		TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trusted.init(keys);
		context = SSLContext.getInstance("TLS");
		context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
	}

	@Test
	void pointsTravelOverTls() throws Exception {
		try (ScriptedServer server = tlsServer(); MetricClient client = MetricClient.connect(options(server))) {
			client.put("palm.cpu", 1, Instant.ofEpochSecond(5));
			assertThat(
					client.put(LongStream.range(0, 2_000).mapToObj((i) -> KeyedPoint.of("palm.cpu", (double) i).at(i))))
				.isEqualTo(2_000);
			assertThat(server.lines()).hasSize(2_001);
		}
	}

	@Test
	void certificateOfAnotherHostIsRefused() throws Exception {
		try (ScriptedServer server = tlsServer()) {
			ClientOptions options = ClientOptions.of("localhost", server.port()).withTls(context.getSocketFactory());
			MetricClientTests.assertFails(Reason.UNREACHABLE, () -> MetricClient.connect(options).close());
		}
	}

	@Test
	void certificateThatNobodyTrustsIsRefused() throws Exception {
		try (ScriptedServer server = tlsServer()) {
			ClientOptions options = options(server).withTls(SSLContext.getDefault().getSocketFactory());
			MetricClientTests.assertFails(Reason.UNREACHABLE, () -> MetricClient.connect(options).close());
		}
	}

	@Test
	void serverWithoutTlsIsUnreachable() throws Exception {
		try (ScriptedServer server = ScriptedServer.start((session) -> session.write("error\nwrong command\n\n"))) {
			MetricClientTests.assertFails(Reason.UNREACHABLE, () -> MetricClient.connect(options(server)).close());
		}
	}

	private static ScriptedServer tlsServer() throws Exception {
		ServerSocket socket = context.getServerSocketFactory()
			.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
		return ScriptedServer.on(socket, (session) -> {
			while (session.readLine() != null) {
				session.write("ok\n\n");
			}
		});
	}

	private static ClientOptions options(ScriptedServer server) {
		return ClientOptions.of("127.0.0.1", server.port()).withTls(context.getSocketFactory());
	}

}

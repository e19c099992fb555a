package io.eardrum.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.client.MetricClientException.Reason;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.Point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link MetricClient} with servers that misbehave.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try")
class MetricClientTests {

	private static final Duration SHORT = Duration.ofMillis(200);

	// Less than the long reply takes, and far more than two parts of it are apart on a
	// busy machine.
	private static final Duration WHOLE_REPLY = Duration.ofSeconds(2);

	@Test
	void refusedConnectionIsUnreachable() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		assertFails(Reason.UNREACHABLE, () -> MetricClient.connect("127.0.0.1", port).close());
	}

	@Test
	void unknownHostIsUnreachable() {
		assertThat(assertFails(Reason.UNREACHABLE, () -> MetricClient.connect("no-such-host.invalid", 8888).close()))
			.hasMessageContaining("unknown host");
	}

	@Test
	void optionsOutOfRangeAreRefused() {
		for (int port : new int[] { -1, 0, 65_536 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> ClientOptions.of("localhost", port));
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ClientOptions.of("localhost", 1).withTimeouts(Duration.ZERO, SHORT));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ClientOptions.of("localhost", 1).withTimeouts(SHORT, Duration.ofDays(25)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ClientOptions.of("localhost", 1).withTimeouts(SHORT, ChronoUnit.FOREVER.getDuration()));
		for (String host : List.of("", " ")) {
			assertThatIllegalArgumentException().isThrownBy(() -> ClientOptions.of(host, 1));
		}
		Duration negative = Duration.ofMillis(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, SHORT, SHORT));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(negative, SHORT, SHORT));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(SHORT, SHORT.minusMillis(1), SHORT));
		assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(SHORT, SHORT, negative));
	}

	@Test
	void silentServerIsATimeoutAndEndsTheConnection() throws IOException {
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				MetricClient client = MetricClient.connect(options(server).withTimeouts(SHORT, SHORT))) {
			assertFails(Reason.TIMEOUT, () -> client.get("palm.cpu"));
			assertThat(assertFails(Reason.CLOSED, () -> client.get("palm.cpu"))).hasMessageContaining("given up");
		}
	}

	@Test
	void serverThatStopsInAReplyIsATimeout() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\npalm.cpu 1.0 5\n");
			session.staySilent();
		}); MetricClient client = MetricClient.connect(options(server).withTimeouts(SHORT, SHORT))) {
			assertFails(Reason.TIMEOUT, () -> client.get("palm.cpu"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "o", "ok", "ok\n", "ok\npalm.cpu 1.0 5", "ok\npalm.cpu 1.0 5\n", "error\n",
			"error\nwrong command\n" })
	void replyThatEndsTooSoonIsNeverUsed(String start) throws IOException {
		for (boolean reset : new boolean[] { false, true }) {
			try (ScriptedServer server = ScriptedServer.start((session) -> {
				session.readLine();
				session.write(start);
				if (reset) {
					session.reset();
				}
			}); MetricClient client = MetricClient.connect(options(server))) {
				assertFails(Reason.CLOSED, () -> client.get("palm.cpu"));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\n\n", "OK\n\n", "ok \n\n", "ok\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n",
			"okerror\n\n", "ok\nblablabla\n\n", "ok\npalm.cpu 1.0\n\n", "ok\npalm.cpu 1.0 5 6\n\n",
			"ok\npalm.cpu x 5\n\n", "ok\npalm.cpu nan 5\n\n", "ok\npalm.cpu 1e400 5\n\n", "ok\npalm.cpu 1.0 5.0\n\n",
			"ok\npalm.cpu 1.0 9223372036854775808\n\n", "ok\npalm.cpu  1.0 5\n\n", "ok\n palm.cpu 1.0 5\n\n",
			"ok\npalm.cpu 1.0 5 \n\n", "ok\npalm.cpu\t1.0\t5\n\n", "ok\npalm.cpu 1.0 5\r\n\n", "ok\npalm.mem 1.0 5\n\n",
			"ok\npalm.cpu 1.0 \n\n", "ok\npalm.cpu  \n\n", "ok\n\nok\n\n", "ok\npalm.cpu 1.0 5\n\n\n" })
	void whatIsNoReplyIsMalformed(String reply) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering(reply);
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.MALFORMED_REPLY, () -> client.get("palm.cpu"));
			assertFails(Reason.CLOSED, () -> client.get("palm.cpu"));
		}
	}

	@Test
	void anotherPortThanTheOneForMetricsIsSaid() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("HTTP/1.1 400 \r\n\r\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.get("palm.cpu")))
				.hasMessageContaining("an HTTP port");
		}
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("<!doctype html>");
		}); MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.CLOSED, () -> client.get("palm.cpu")))
				.hasMessageContaining("is this the port for metrics?");
		}
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("OK\n");
		}); MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.get("palm.cpu")))
				.hasMessageEndingWith("starts with 'OK'");
		}
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\na 1");
		}); MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.CLOSED, () -> client.get("palm.cpu")))
				.hasMessage("the server closed the connection before the end of a reply");
		}
	}

	@Test
	void lineThatIsNoReplyIsShownInPart() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("x".repeat(200) + "\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.get("palm.cpu")))
				.hasMessageContaining("'" + "x".repeat(100) + "… (200 bytes)'");
		}
	}

	@Test
	void errorWithoutEndIsMalformed() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\n" + "more\n".repeat(17) + "\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.get("palm.cpu")))
				.hasMessageContaining("more than 16 lines");
		}
	}

	@Test
	void errorOfSeveralLinesIsToldInOne() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\nout of\ncheese\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThatExceptionOfType(MetricClientException.class).isThrownBy(() -> client.get("palm.cpu"))
				.withMessageContaining("out of cheese");
		}
	}

	@Test
	void keyThatIsNotUtf8IsMalformed() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n\u00ff 1.0 5\n\n".getBytes(StandardCharsets.ISO_8859_1));
		}); MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.MALFORMED_REPLY, client::getAll);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\u001b[2J", "\u0000", "a\u0007b", "\ta", "a\u007f", "a\rb" })
	void keyWithAControlCharacterIsMalformed(String key) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n" + key + " 1.0 5\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.getAll((name, timestamp, value) -> {
			})).getMessage().chars()).allMatch((character) -> character >= ' ' && character != 0x7F);
		}
	}

	@Test
	void whatTheServerSaysIsShownInPartAndObeyedNever() throws IOException {
		String text = "\u001b[31m\u009b2J\u202e\u200b" + "x".repeat(5_000);
		try (ScriptedServer server = ScriptedServer.answering("error\n" + text + "\n" + text + "\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.OTHER_ERROR, client::getAll).getMessage())
				.startsWith("the server says: \\u{1b}[31m\\u{9b}2J\\u{202e}\\u{200b}xxx")
				.endsWith("x…")
				.hasSizeLessThanOrEqualTo(520);
			assertThat(assertFails(Reason.OTHER_ERROR, client::getAll)).isNotNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "o", "ok\n", "ok\npalm.cpu 1.0 ", "error\n" })
	void replyThatComesByteByByteIsATimeout(String start) throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write(start);
			drip(session);
		}); MetricClient client = MetricClient.connect(options(server).withTimeouts(SHORT, SHORT))) {
			assertFails(Reason.TIMEOUT, () -> client.get("palm.cpu"));
		}
	}

	@Test
	void replyToAPutEarnsNoTimeByItsLength() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("error\n");
			// Sends a long part of a line, slowly: if these were rows, they would have
			// earned a minute.
			session.write("x".repeat(60_000));
			drip(session);
		}); MetricClient client = MetricClient.connect(options(server).withTimeouts(SHORT, SHORT))) {
			assertFails(Reason.TIMEOUT, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
		}
	}

	@Test
	void handshakeThatComesByteByByteIsATimeout() throws Exception {
		SSLSocketFactory tls = SSLContext.getDefault().getSocketFactory();
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			// The start of a record of 16 KiB.
			session.write(new byte[] { 22, 3, 3, 0x40, 0 });
			drip(session);
		})) {
			ClientOptions options = options(server).withTls(tls).withTimeouts(SHORT, Duration.ofMinutes(10));
			assertThat(assertFails(Reason.UNREACHABLE, () -> MetricClient.connect(options).close()))
				.hasMessageContaining("timeout");
		}
	}

	private static void drip(ScriptedServer.Session session) throws IOException {
		while (true) {
			session.write("1");
			pause(20);
		}
	}

	private static void pause(int millis) throws IOException {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	@Test
	void longReplyMayTakeAsLongAsItNeeds() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n");
			for (int i = 0; i < 150; i++) {
				session.write("palm.cpu 1.0 5\n".repeat(100));
				pause(20);
			}
			session.write("\n");
			session.staySilent();
		}); MetricClient client = MetricClient.connect(options(server).withTimeouts(WHOLE_REPLY, WHOLE_REPLY))) {
			assertThat(client.get("palm.cpu")).hasSize(15_000);
		}
	}

	@Test
	void pointsWithoutEndTakeNoMoreMemoryThanTheyMay() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			session.write("ok\n");
			while (true) {
				session.write("palm.cpu 1.0 5\n".repeat(1_000));
			}
		})) {
			ClientOptions options = options(server).withMaxResultBytes(1 << 20);
			try (MetricClient client = MetricClient.connect(options)) {
				assertThat(assertFails(Reason.RESULT_TOO_LARGE, () -> client.get("palm.cpu")))
					.hasMessageContaining("1048576 bytes");
				assertFails(Reason.CLOSED, () -> client.get("palm.cpu"));
			}
			try (MetricClient client = MetricClient.connect(options)) {
				assertFails(Reason.RESULT_TOO_LARGE, client::getAll);
			}
		}
	}

	@Test
	void longKeysCountAsWell() throws IOException {
		StringBuilder rows = new StringBuilder("ok\n");
		for (int i = 0; i < 100; i++) {
			rows.append("k".repeat(4_000)).append(i).append(" 1.0 5\n");
		}
		try (ScriptedServer server = ScriptedServer.answering(rows + "\n")) {
			try (MetricClient client = MetricClient.connect(options(server).withMaxResultBytes(1_000_000))) {
				assertFails(Reason.RESULT_TOO_LARGE, client::getAll);
			}
			try (MetricClient client = MetricClient.connect(options(server).withMaxResultBytes(2_000_000))) {
				assertThat(client.getAll()).hasSize(100);
			}
		}
		assertThatIllegalArgumentException().isThrownBy(() -> ClientOptions.of("localhost", 1).withMaxResultBytes(0));
	}

	@Test
	void rowsInTheReplyToAPutAreMalformed() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\npalm.cpu 1.0 5\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.MALFORMED_REPLY, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
		}
	}

	@Test
	void twoRepliesToAPutAreMalformed() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\nok\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5))))
				.hasMessageContaining("more than one reply");
		}
	}

	@Test
	void lineWithoutEndIsMalformedInBoundedMemory() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			while (true) {
				session.write("x".repeat(1 << 16));
			}
		}); MetricClient client = MetricClient.connect(options(server))) {
			assertThat(assertFails(Reason.MALFORMED_REPLY, client::getAll)).hasMessageContaining("1048576 bytes");
		}
	}

	@Test
	void repliesMayBeCutAnywhere() throws IOException {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			while (session.readLine() != null) {
				byte[] reply = "ok\ngröße 1.5 -5\ngröße 2e+22 6\nb 0.0 7\n\n".getBytes(StandardCharsets.UTF_8);
				for (byte part : reply) {
					session.write(new byte[] { part });
				}
			}
		}); MetricClient client = MetricClient.connect(options(server))) {
			for (int i = 0; i < 3; i++) {
				assertThat(client.getAll()).containsOnlyKeys("größe", "b")
					.containsEntry("größe", List.of(new Point(-5, 1.5), new Point(6, 2e22)))
					.containsEntry("b", List.of(new Point(7, 0)));
			}
		}
	}

	@Test
	void errorTellsItsReasonAndTheSessionGoesOn() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("error\nwrong command\n\n",
				"error\nstorage unavailable\n\n", "error\ntoo many series\n\n",
				"error\ntimestamp too far in the future\n\n", "error\nout of order\n\n", "error\n\n", "ok\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.WRONG_COMMAND, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			assertFails(Reason.STORAGE_UNAVAILABLE, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			assertFails(Reason.TOO_MANY_SERIES, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			assertFails(Reason.TIMESTAMP_IN_FUTURE, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			assertThat(assertFails(Reason.OTHER_ERROR, () -> client.get("palm.cpu")))
				.hasMessageContaining("out of order");
			assertFails(Reason.OTHER_ERROR, client::getAll);
			assertThat(client.get("palm.cpu")).isEmpty();
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@Test
	void clientThatIsTurnedAwayIsToldWhy() throws IOException {
		try (ScriptedServer server = ScriptedServer
			.start((session) -> session.write("error\ntoo many connections\n\n"));
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.TOO_MANY_CONNECTIONS, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*", "a b", "a\nput b 1 1", "a\r", "a\tb", "\u0000", "\u007f", "\ud800" })
	void keyThatNoCommandCanCarryIsNeverSent(String key) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.INVALID, () -> client.put(key, 1, Instant.ofEpochSecond(5)));
			assertFails(Reason.INVALID, () -> client.get(key));
			client.put("palm.cpu", 1, Instant.ofEpochSecond(5));
			assertThat(server.lines()).containsExactly("put palm.cpu 1.0 5");
		}
	}

	@ParameterizedTest
	@ValueSource(doubles = { Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY })
	void valueThatIsNotFiniteIsNeverSent(double value) throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertFails(Reason.INVALID, () -> client.put("palm.cpu", value, Instant.ofEpochSecond(5)));
			assertThat(server.lines()).isEmpty();
		}
	}

	@Test
	void pointWithoutTimestampIsPutNowInWholeSeconds() throws IOException {
		Clock clock = Clock.fixed(Instant.parse("2006-06-20T22:57:27.999Z"), ZoneOffset.UTC);
		try (ScriptedServer server = ScriptedServer.answering("ok\n\n");
				MetricClient client = MetricClient.connect(options(server).withClock(clock))) {
			client.put("palm.cpu", 23.7);
			assertThat(server.lines()).containsExactly("put palm.cpu 23.7 1150844247");
		}
	}

	@Test
	void threadsTakeTurns() throws Exception {
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			for (String line = session.readLine(); line != null; line = session.readLine()) {
				session.write("ok\n" + line.substring(4) + " 1.0 5\n\n");
			}
		}); MetricClient client = MetricClient.connect(options(server))) {
			ExecutorService threads = Executors.newFixedThreadPool(4);
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				String key = "palm.cpu" + i;
				running.add(threads.submit(() -> {
					for (int round = 0; round < 200; round++) {
						// The reply of another thread would be malformed, because it has
						// another key.
						assertThat(client.get(key)).hasSize(1);
					}
				}));
			}
			for (Future<?> each : running) {
				each.get();
			}
			threads.shutdown();
		}
	}

	@Test
	void closingEndsACallThatWaits() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			asked.countDown();
			session.staySilent();
		}); MetricClient client = MetricClient.connect(options(server))) {
			CompletableFuture<List<Point>> call = CompletableFuture.supplyAsync(() -> client.get("palm.cpu"),
					TestThreads.NEW_THREAD);
			asked.await();
			client.close();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(call::get)
				.havingCause()
				.isInstanceOfSatisfying(MetricClientException.class,
						(ex) -> assertThat(ex.reason()).isEqualTo(Reason.CLOSED));
			assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1));
		}
	}

	@Test
	void consumerThatThrowsEndsTheConnection() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 5\na 1.0 6\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThatIllegalStateException().isThrownBy(() -> client.getAll((key, timestamp, value) -> {
				throw new IllegalStateException("enough");
			})).withMessage("enough");
			assertFails(Reason.CLOSED, client::getAll);
		}
	}

	@Test
	void consumerCannotUseTheClient() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\na 1.0 5\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThatIllegalStateException()
				.isThrownBy(() -> client.getAll((key, timestamp, value) -> client.get("b")))
				.withMessageContaining("not finished");
		}
	}

	// Waits first, because a reset that arrives while the client connects is a failure to
	// connect.
	private static void resetAfterACommand(ScriptedServer.Session session) throws IOException {
		session.readLine();
		session.reset();
	}

	@Test
	void lostConnectionIsMadeAgainIfWanted() throws IOException {
		Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(20));
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.readLine();
			if (session.number() == 1) {
				session.reset();
			}
			session.write("ok\n\n");
		}); MetricClient client = MetricClient.connect(options(server).withReconnect(backoff))) {
			assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			client.put("palm.cpu", 1, Instant.ofEpochSecond(5));
			assertThat(server.connections()).isEqualTo(2);
			assertThat(server.lines()).as("nothing is sent twice unasked").hasSize(2);
		}
	}

	@Test
	void reconnectingWaitsForTheServerToComeBack() throws IOException {
		Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(30));
		int port;
		try (ScriptedServer server = ScriptedServer.start(MetricClientTests::resetAfterACommand);
				MetricClient client = MetricClient.connect(options(server).withReconnect(backoff))) {
			port = server.port();
			assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			server.close();
			CompletableFuture<Void> put = CompletableFuture
				.runAsync(() -> client.put("palm.cpu", 1, Instant.ofEpochSecond(6)), TestThreads.NEW_THREAD);
			ServerSocket again = Awaitility.await()
				.ignoreExceptions()
				.until(() -> new ServerSocket(port, 50, InetAddress.getLoopbackAddress()), (socket) -> true);
			try (ScriptedServer second = ScriptedServer.on(again, (session) -> {
				session.readLine();
				session.write("ok\n\n");
			})) {
				put.join();
				assertThat(second.lines()).containsExactly("put palm.cpu 1.0 6");
			}
		}
	}

	@Test
	void reconnectingGivesUpInTime() throws IOException {
		Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(50));
		try (ScriptedServer server = ScriptedServer.start(MetricClientTests::resetAfterACommand);
				MetricClient client = MetricClient.connect(options(server).withReconnect(backoff))) {
			assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			server.close();
			assertFails(Reason.UNREACHABLE, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(6)));
		}
	}

	@Test
	void closingEndsThePauseBeforeAnotherAttempt() throws Exception {
		Backoff backoff = new Backoff(Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofHours(1));
		try (ScriptedServer server = ScriptedServer.start(MetricClientTests::resetAfterACommand);
				MetricClient client = MetricClient.connect(options(server).withReconnect(backoff))) {
			assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			server.close();
			MetricClientException[] failure = new MetricClientException[1];
			Thread caller = new Thread(() -> failure[0] = assertFails(Reason.CLOSED, () -> client.get("palm.cpu")));
			caller.start();
			Awaitility.await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
			client.close();
			caller.join(10_000);
			assertThat(failure[0]).isNotNull().hasMessage("the client is closed");
		}
	}

	@Test
	void backoffMayGoOnForEver() {
		Duration forever = ChronoUnit.FOREVER.getDuration();
		Backoff backoff = new Backoff(Duration.ofMillis(1), forever, forever);
		for (int failures = 1; failures < 200; failures++) {
			assertThat(backoff.delayNanos(failures)).isPositive();
		}
		assertThat(backoff.isOver(Duration.ofDays(9_999).toNanos(), backoff.delayNanos(1))).isFalse();
		assertThat(Backoff.DEFAULT.isOver(Duration.ofSeconds(59).toNanos(), Duration.ofSeconds(5).toNanos())).isTrue();
	}

	@Test
	void backoffDoublesUpToItsLongest() {
		Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMinutes(1));
		assertThat(backoff.delayNanos(1)).isBetween(75_000_000L, 100_000_000L);
		assertThat(backoff.delayNanos(3)).isBetween(300_000_000L, 400_000_000L);
		assertThat(backoff.delayNanos(1_000)).isBetween(3_750_000_000L, 5_000_000_000L);
	}

	@Test
	void pointsOfAMapKeepTheOrderOfTheirKeys() throws IOException {
		try (ScriptedServer server = ScriptedServer.answering("ok\nz 1.0 1\na 1.0 1\nm 1.0 1\n\n");
				MetricClient client = MetricClient.connect(options(server))) {
			assertThat(client.getAll().keySet()).containsExactly("z", "a", "m");
		}
	}

	private static ClientOptions options(ScriptedServer server) {
		return ClientOptions.of("127.0.0.1", server.port());
	}

	static MetricClientException assertFails(Reason reason, ThrowingCallable call) {
		MetricClientException[] caught = new MetricClientException[1];
		assertThatExceptionOfType(MetricClientException.class).isThrownBy(call).satisfies((ex) -> {
			caught[0] = ex;
			assertThat(ex.reason()).as(ex.toString()).isEqualTo(reason);
		});
		return caught[0];
	}

}

package io.eardrum.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import com.jayway.jsonpath.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.fixture.TestSeed;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.HttpAnswer;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.PrometheusScrape;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for Graphite's plaintext protocol on real sockets: what is sent is stored or
 * counted, and never answered.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(90)
class PlaintextIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final InterceptedStorage storage = new InterceptedStorage();

	@RegisterExtension
	private final RunningServer server = RunningServer.with(this.storage, "--eardrum.graphite.port=0",
			"--eardrum.tcp.max-connections=3");

	@Test
	void storesLinesThatTheTcpPortReturns() throws Exception {
		send("a.b 23.7 1150864247\r\na.b\t23.9  1150864257.75\nc 1e3 5");
		assertThat(this.server.conversation("get *\n")).isEqualTo("ok\na.b 23.7 1150864247\na.b 23.9 1150864257\n\n");
		assertThat(errors("cut_line")).isEqualTo(1);
	}

	@Test
	void byteOrderMarksBelongToNoKey() throws Exception {
		send("\uFEFFbom.tcp 1 1\nbom.tcp 2 2\n");
		datagram("\uFEFFbom.udp 1 1\nbom.udp 2 2");
		datagram("\uFEFFbom.udp 3 3\n");
		datagram("\uFEFF");
		datagram("bom.udp 4 4\n");
		awaitPointsStored(6);
		assertThat(points("bom.tcp")).isEqualTo(2);
		assertThat(points("bom.udp")).isEqualTo(4);
	}

	@Test
	void takesMinusOneForNow() throws Exception {
		long before = Instant.now().getEpochSecond();
		send("now 1 -1\n");
		assertThat(this.storage.store().last(SeriesKey.of("now"))).isNotNull()
			.satisfies((point) -> assertThat(point.timestamp()).isBetween(before, Instant.now().getEpochSecond()));
	}

	@Test
	void countsBadLinesByReasonAndStoresTheGoodOnesOfTheSameFrame() throws Exception {
		byte[] lines = ("a 1 1\nwrong\na nan 2\na 2 2\n* 1 1\na 1 x\na 3 3\n" + "x".repeat(5000) + " 1 1\n\n"
				+ "a\u00ff 1 1\nput a 1 1\na 4 4\n")
			.getBytes(StandardCharsets.ISO_8859_1);
		assertThat(conversation(lines)).isEmpty();
		assertThat(points("a")).isEqualTo(4);
		PrometheusScrape scrape = this.server.scrape();
		assertThat(errors("wrong_word_count")).isEqualTo(2);
		for (String reason : new String[] { "bad_value", "bad_key", "bad_timestamp", "line_too_long",
				"bad_encoding" }) {
			assertThat(errors(reason)).as(reason).isEqualTo(1);
		}
		assertThat(scrape.sum("eardrum_graphite_errors_total")).isEqualTo(7);
		assertThat(scrape.sum("eardrum_graphite_points_total")).isEqualTo(4);
		assertThat(scrape.sum("eardrum_points_put_total")).isEqualTo(4);
		assertThat(scrape.sum("eardrum_graphite_bytes_total", "transport", "tcp")).isEqualTo(lines.length);
		assertThat(scrape.sum("eardrum_graphite_connections_total", "outcome", "accepted")).isEqualTo(1);
		assertThat(scrape.sum("eardrum_requests_total")).as("commands of the TCP port").isZero();
		assertThat(scrape.sum("eardrum_errors_total")).as("errors of the TCP port").isZero();
		assertThat(scrape.sum("eardrum_network_bytes_total")).as("bytes of the TCP port").isZero();
	}

	@Test
	void linesMayBeCutIntoSegmentsAnywhere() throws Exception {
		long seed = TestSeed.value();
		Random random = new Random(seed);
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < 2000; i++) {
			lines.append("größe.").append(i % 10).append(' ').append(i).append(' ').append(i).append("\r\n");
		}
		byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
		try (TestClient client = client()) {
			int sent = 0;
			while (sent < bytes.length) {
				int next = Math.min(bytes.length, sent + 1 + random.nextInt(200));
				client.send(bytes, sent, next);
				sent = next;
			}
			assertThat(client.halfClose().readToEnd()).isEmpty();
		}
		assertThat(this.server.scrape().sum("eardrum_graphite_errors_total")).as("seed %d", seed).isZero();
		for (int i = 0; i < 10; i++) {
			assertThat(points("größe." + i)).as("seed %d", seed).isEqualTo(200);
		}
	}

	@Test
	void storesAHundredThousandLinesThatEndWithAClose() throws Exception {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < 100_000; i++) {
			lines.append("many.").append(i % 100).append(" 1.5 ").append(i).append('\n');
		}
		try (TestClient client = client()) {
			client.send(lines.toString());
		}
		awaitPointsStored(100_000);
		for (int i = 0; i < 100; i++) {
			assertThat(points("many." + i)).isEqualTo(1000);
		}
	}

	@Test
	void garbageIsCountedAndHurtsNobody() throws Exception {
		long seed = TestSeed.value();
		byte[] garbage = new byte[300_000];
		new Random(seed).nextBytes(garbage);
		try (TestClient other = client()) {
			other.send("good 1 1\n");
			assertThat(conversation(garbage)).as("seed %d", seed).isEmpty();
			other.send("good 2 2\n");
			assertThat(other.halfClose().readToEnd()).isEmpty();
		}
		assertThat(points("good")).isEqualTo(2);
		assertThat(this.server.scrape().sum("eardrum_graphite_errors_total")).as("seed %d", seed).isGreaterThan(100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 4000, 5000, 300_000 })
	void requestOfABrowserWritesNothing(int pathLength) throws Exception {
		try (TestClient client = client()) {
			client.send("POST /" + "a".repeat(pathLength));
			// The rest of the line may arrive after its start has been inspected.
			Awaitility.await().atMost(PATIENCE).until(() -> received() >= pathLength);
			client.send(" HTTP/1.1\r\nHost: localhost:2003\r\nContent-Length: 9\r\n\r\nevil 1 1\n");
			assertThat(client.readUntilClosed().text()).isEmpty();
		}
		assertThat(this.server.scrape().sum("eardrum_series")).isZero();
		assertThat(errors("http")).isEqualTo(1);
		assertThat(this.server.scrape().sum("eardrum_graphite_errors_total")).as("lines behind it").isEqualTo(1);
	}

	@Test
	void holdsTheClientBackWhileTheStoreIsSlow() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> awaitUninterrupted(released));
		byte[] lines = "slow.but.steady 1 1\n".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
		try (TestClient client = client(); TestClient quick = this.server.client()) {
			CompletableFuture<String> sending = CompletableFuture.supplyAsync(() -> sendAll(client, lines),
					TestThreads.NEW_THREAD);
			AtomicLong before = new AtomicLong(-1);
			Awaitility.await()
				.atMost(PATIENCE)
				.pollInterval(Duration.ofMillis(500))
				.until(() -> before.getAndSet(received()) == received() && received() > 0);
			assertThat(sending).isNotDone();
			assertThat(received()).as("bytes taken without having been stored").isLessThan(1024 * 1024);
			assertThat(quick.exchange("get nobody\n")).as("the other port").isEqualTo(Replies.OK);
			released.countDown();
			assertThat(sending.get(60, TimeUnit.SECONDS)).isEmpty();
		}
		finally {
			released.countDown();
		}
		awaitPointsStored(1_000_000);
	}

	@Test
	void countsAndLogsWhatTheStoreDoesNotTake() throws Exception {
		this.storage.beforePut((batch) -> {
			throw new StorageException("the disk is full");
		});
		send("lost 1 1\nwrong\nlost 2 2\n");
		send("lost 3 3\n");
		datagram("lost 4 4\n");
		Awaitility.await().atMost(PATIENCE).until(() -> errors("storage") == 4);
		assertThat(this.server.scrape().sum("eardrum_graphite_points_total")).isZero();
		assertThat(errors("wrong_word_count")).isEqualTo(1);
		assertThat(this.server.log().text().split("Points of Graphite's clients are lost", -1)).as("log").hasSize(2);
		this.storage.beforePut((batch) -> {
		});
		send("kept 1 1\n");
		assertThat(points("kept")).isEqualTo(1);
	}

	@Test
	void takesDatagramsWhoseLastLineNeedsNoEnd() throws Exception {
		datagram("udp.a 1 1\nudp.b 2 2");
		datagram("");
		datagram("udp.a 2 2\r\n\nwrong\nudp.a 3 -1\n");
		datagram("udp.");
		datagram("b 3 3");
		datagram("GET / HTTP/1.1\nudp.c 1 1");
		Awaitility.await().atMost(PATIENCE).until(() -> datagrams() == 6);
		awaitPointsStored(6);
		assertThat(points("udp.a")).isEqualTo(3);
		assertThat(points("udp.b")).isEqualTo(1);
		assertThat(points("b")).isEqualTo(1);
		assertThat(points("udp.c")).isEqualTo(1);
		Awaitility.await().atMost(PATIENCE).until(() -> errors("wrong_word_count") == 2 && errors("bad_value") == 1);
		assertThat(this.server.scrape().sum("eardrum_graphite_bytes_total", "transport", "udp")).isEqualTo(81);
	}

	@Test
	void storesManyDatagrams() throws Exception {
		datagram("udp.long 1 1\n".repeat(5000));
		int sent = 0;
		try (DatagramSocket socket = new DatagramSocket()) {
			while (sent < 3000) {
				// No more than the smallest buffer of any system holds.
				for (int i = 0; i < 100; i++) {
					byte[] line = ("udp." + sent % 7 + " 1 " + sent).getBytes(StandardCharsets.UTF_8);
					socket.send(new DatagramPacket(line, line.length, this.server.graphiteAddress()));
					sent++;
				}
				int expected = 1 + sent;
				Awaitility.await()
					.pollInterval(Duration.ofMillis(5))
					.atMost(PATIENCE)
					.until(() -> datagrams() == expected);
			}
		}
		awaitPointsStored(8000);
		assertThat(points("udp.0") + points("udp.1")).isEqualTo(429 + 429);
		assertThat(this.server.scrape().sum("eardrum_graphite_errors_total")).isZero();
	}

	@Test
	void storesTogetherWhatHasArrivedMeanwhile() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		AtomicInteger commits = new AtomicInteger();
		this.storage.beforePut((batch) -> {
			commits.incrementAndGet();
			entered.countDown();
			awaitUninterrupted(released);
		});
		try {
			datagram("udp 0 0");
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			for (int i = 1; i <= 100; i++) {
				datagram("udp 1 " + i);
			}
			released.countDown();
			awaitPointsStored(101);
			assertThat(commits.get()).as("commits").isEqualTo(2);
		}
		finally {
			released.countDown();
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void countsDatagramsForWhichTheSystemHadNoRoom() throws Exception {
		assertThat(datagramsDropped()).isZero();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> {
			entered.countDown();
			awaitUninterrupted(released);
		});
		int sent = 0;
		try {
			datagram("udp 0 0");
			sent++;
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			String lines = "udp 1 1\n".repeat(7000);
			// Far more than the buffer that the system is asked for.
			while (datagramsDropped() == 0 && sent < 1000) {
				datagram(lines);
				sent++;
			}
			assertThat(datagramsDropped()).isPositive();
		}
		finally {
			released.countDown();
		}
		int expected = sent;
		Awaitility.await().atMost(PATIENCE).until(() -> datagrams() + datagramsDropped() == expected);
	}

	@Test
	void closesAConnectionTooManyWithoutAWord() throws Exception {
		try (TestClient first = this.server.client(); TestClient second = client(); TestClient third = client()) {
			assertThat(first.exchange("get nobody\n")).isEqualTo(Replies.OK);
			second.send("a 1 1\n");
			third.send("a 2 2\n");
			awaitPointsStored(2);
			try (TestClient refused = client(); TestClient told = this.server.client()) {
				assertThat(refused.readUntilClosed().text()).isEmpty();
				assertThat(told.readUntilClosed().text()).isEqualTo(Replies.TOO_MANY_CONNECTIONS);
			}
			Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
				PrometheusScrape scrape = this.server.scrape();
				assertThat(scrape.sum("eardrum_graphite_connections_active")).isEqualTo(2);
				assertThat(scrape.sum("eardrum_connections_active")).as("on both ports").isEqualTo(3);
				assertThat(scrape.sum("eardrum_graphite_connections_total", "outcome", "rejected")).isEqualTo(1);
				assertThat(scrape.sum("eardrum_connections_total", "outcome", "rejected")).isEqualTo(1);
			});
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void portsListenOnTheLoopbackAddressAlone() throws Exception {
		InetAddress other = InetAddress.getByAddress(new byte[] { 127, 0, 0, 2 });
		for (int port : new int[] { this.server.tcpPort(), this.server.graphiteAddress().getPort(),
				this.server.httpPort() }) {
			new Socket(InetAddress.getLoopbackAddress(), port).close();
			assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new Socket(other, port).close());
		}
	}

	@Test
	void healthAndLogShowWhereItListens() {
		HttpAnswer health = HttpAnswer.get(this.server.httpPort(), "/actuator/health");
		assertThat(JsonPath.<String>read(health.body(), "$.components.graphite.status")).isEqualTo("UP");
		assertThat(JsonPath.<String>read(health.body(), "$.components.graphite.details.address"))
			.isEqualTo("127.0.0.1");
		assertThat(JsonPath.<Integer>read(health.body(), "$.components.graphite.details.port"))
			.isEqualTo(this.server.graphiteAddress().getPort());
		assertThat(JsonPath.<Integer>read(health.body(), "$.components.tcp.details.port"))
			.isEqualTo(this.server.tcpPort());
		assertThat(this.server.log().text()).containsPattern(
				"port " + this.server.graphiteAddress().getPort() + ", TCP and UDP \\(with room for \\d+ KiB\\)");
	}

	@Test
	void metersStartAtZero() {
		PrometheusScrape scrape = this.server.scrape();
		for (String reason : new String[] { "wrong_word_count", "bad_key", "bad_value", "bad_timestamp",
				"line_too_long", "bad_encoding", "http", "cut_line", "storage" }) {
			assertThat(scrape.has("eardrum_graphite_errors_total", "reason", reason)).as(reason).isTrue();
		}
		assertThat(scrape.has("eardrum_graphite_errors_total", "reason", "unknown_command")).isFalse();
		for (String name : new String[] { "points_total", "datagrams_total", "connections_active" }) {
			assertThat(scrape.has("eardrum_graphite_" + name)).as(name).isTrue();
		}
		for (String transport : new String[] { "tcp", "udp" }) {
			assertThat(scrape.has("eardrum_graphite_bytes_total", "transport", transport)).as(transport).isTrue();
		}
		assertThat(scrape.has("eardrum_graphite_connections_total", "outcome", "rejected")).isTrue();
		assertThat(scrape.has("eardrum_graphite_connections_reset_total", "reason", "shutdown")).isTrue();
	}

	@Test
	void stopStoresAllThatHasBeenRead() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> {
			entered.countDown();
			awaitUninterrupted(released);
		});
		InetSocketAddress address = this.server.graphiteAddress();
		try (TestClient client = client(); TestClient idle = client()) {
			idle.send("# nothing\n");
			client.send("stop 1 1\nstop 2 2\nstop 3 3\n");
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> stop = CompletableFuture.runAsync(this.server::close, TestThreads.NEW_THREAD);
			Awaitility.await().atMost(PATIENCE).until(() -> refuses(address));
			assertThat(stop).isNotDone();
			released.countDown();
			TestClient.Rest rest = client.readUntilClosed();
			assertThat(rest.text()).isEmpty();
			assertThat(rest.reset()).as("reset").isTrue();
			assertThat(idle.readUntilClosed().reset()).as("reset").isTrue();
			stop.get(10, TimeUnit.SECONDS);
			assertThat(points("stop")).isEqualTo(3);
		}
		finally {
			released.countDown();
		}
	}

	@Test
	void stopStoresTheDatagramsThatHadArrived() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> {
			entered.countDown();
			awaitUninterrupted(released);
		});
		InetSocketAddress address = this.server.graphiteAddress();
		try {
			datagram("stop.udp 0 0");
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			for (int i = 1; i <= 100; i++) {
				datagram("stop.udp 1 " + i);
			}
			CompletableFuture<Void> stop = CompletableFuture.runAsync(this.server::close, TestThreads.NEW_THREAD);
			Awaitility.await().atMost(PATIENCE).until(() -> refuses(address));
			released.countDown();
			stop.get(10, TimeUnit.SECONDS);
			assertThat(points("stop.udp")).isEqualTo(101);
		}
		finally {
			released.countDown();
		}
	}

	@Test
	void stopEndsWithinTheGracePeriodWhenTheStoreHangs() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		InterceptedStorage hanging = new InterceptedStorage();
		hanging.beforePut((batch) -> {
			entered.countDown();
			awaitUninterrupted(released);
		});
		RunningServer other = RunningServer.start(hanging, "--eardrum.graphite.port=0",
				"--eardrum.tcp.shutdown-grace-period=1s");
		// A thread of the JDK notices that the time is over.
		try (CapturedLog late = CapturedLog.ofAllThreads(); DatagramSocket socket = new DatagramSocket()) {
			byte[] line = "hangs 1 1".getBytes(StandardCharsets.UTF_8);
			socket.send(new DatagramPacket(line, line.length, other.graphiteAddress()));
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture.runAsync(other::close, TestThreads.NEW_THREAD).get(8, TimeUnit.SECONDS);
			assertThat(late.text()).contains("before all datagrams were stored");
		}
		finally {
			released.countDown();
			other.close();
		}
	}

	@Test
	void isOffUnlessItHasAPort() {
		for (String[] arguments : List.of(new String[0], new String[] { "--eardrum.graphite.port=" },
				new String[] { "--eardrum.graphite.host=127.0.0.1" })) {
			try (RunningServer without = RunningServer.start(arguments)) {
				HttpAnswer health = HttpAnswer.get(without.httpPort(), "/actuator/health");
				assertThat(JsonPath.<Object>read(health.body(), "$.components").toString()).doesNotContain("graphite");
				assertThat(without.scrape().toString()).doesNotContain("graphite");
			}
		}
	}

	private TestClient client() throws IOException {
		return TestClient.connect(this.server.graphiteAddress());
	}

	// Sends, and ends the stream. Once the server has closed the connection, everything
	// is stored.
	private void send(String lines) throws IOException {
		assertThat(conversation(lines.getBytes(StandardCharsets.UTF_8))).isEmpty();
	}

	private String conversation(byte[] lines) throws IOException {
		try (TestClient client = client()) {
			return client.send(lines).halfClose().readToEnd();
		}
	}

	private static String sendAll(TestClient client, byte[] lines) {
		try {
			return client.send(lines).halfClose().readToEnd();
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private void datagram(String lines) throws IOException {
		byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.send(new DatagramPacket(bytes, bytes.length, this.server.graphiteAddress()));
		}
	}

	private long points(String key) throws IOException {
		List<Long> timestamps = new ArrayList<>();
		this.storage.store().read(SeriesKey.of(key), TimeRange.ALL, (unused, read, values, from, to) -> {
			for (int i = from; i < to; i++) {
				timestamps.add(read[i]);
			}
		});
		return timestamps.size();
	}

	private void awaitPointsStored(int count) {
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.server.scrape().sum("eardrum_graphite_points_total")).isEqualTo(count));
	}

	private double errors(String reason) {
		return this.server.scrape().sum("eardrum_graphite_errors_total", "reason", reason);
	}

	private double datagramsDropped() {
		return this.server.scrape().sum("eardrum_graphite_datagrams_dropped_total");
	}

	private double datagrams() {
		return this.server.scrape().sum("eardrum_graphite_datagrams_total");
	}

	private long received() {
		return (long) this.server.scrape().sum("eardrum_graphite_bytes_total", "transport", "tcp");
	}

	private static boolean refuses(InetSocketAddress address) {
		try (TestClient client = TestClient.connect(address)) {
			return client.readUntilClosed().reset();
		}
		catch (IOException ex) {
			return true;
		}
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}

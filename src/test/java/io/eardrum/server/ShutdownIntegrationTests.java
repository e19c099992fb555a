package io.eardrum.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.eardrum.fixture.EardrumProcess;
import io.eardrum.fixture.TestThreads;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.PutLoad;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.MetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what clients see when the server stops: whole replies, then a reset, and no
 * loss of what was acknowledged.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class ShutdownIntegrationTests {

	private static final int WRITERS = 4;

	private static final int ACKNOWLEDGED_BEFORE_STOP = 5_000;

	@Test
	void stopUnderLoadGivesWholeRepliesAndKeepsWhatWasAcknowledged() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		RunningServer server = RunningServer.start(storage);
		List<PutLoad> load = new ArrayList<>();
		try (TestClient idle = server.client()) {
			assertThat(idle.exchange("get nobody\n")).isEqualTo(Replies.OK);
			startLoad(load, server.tcpPort());
			long start = System.nanoTime();
			server.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time to stop")
				.isLessThan(Duration.ofSeconds(10));
			assertThatLoadWasReset(load);
			for (PutLoad client : load) {
				assertThat(storedPoints(storage.store(), client.key())).as("points of " + client.key())
					.isGreaterThanOrEqualTo(client.acknowledged());
			}
			assertThatIdleClientIsReset(idle);
		}
		finally {
			closeAll(load);
			server.close();
		}
	}

	@Test
	void stopAnswersWhatIsUnderWayAndRefusesNewConnections() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		RunningServer server = RunningServer.start(storage);
		InetSocketAddress address = server.tcpAddress();
		storage.beforePut((batch) -> {
			entered.countDown();
			awaitUnlessInterrupted(released);
		});
		try (TestClient client = server.client(); TestClient idle = server.client()) {
			assertThat(idle.exchange("get nobody\n")).isEqualTo(Replies.OK);
			client.send("put under.way 1 1\nput under.way 2 2\nget under.way\n");
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close, TestThreads.NEW_THREAD);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> refuses(address));
			assertThat(stop).isNotDone();
			released.countDown();
			assertThat(client.reply()).isEqualTo(Replies.OK);
			assertThat(client.reply()).isEqualTo(Replies.OK);
			assertThat(client.reply()).isEqualTo("ok\nunder.way 1.0 1\nunder.way 2.0 2\n\n");
			TestClient.Rest rest = client.readUntilClosed();
			assertThat(rest.text()).isEmpty();
			assertThat(rest.reset()).as("reset").isTrue();
			assertThatIdleClientIsReset(idle);
			stop.get(10, TimeUnit.SECONDS);
			assertThat(storedPoints(storage.store(), SeriesKey.of("under.way"))).isEqualTo(2);
		}
		finally {
			released.countDown();
			server.close();
		}
	}

	@Test
	void clientsThatComeInTheMomentOfStoppingLeaveNoError() throws Exception {
		for (int round = 0; round < 10; round++) {
			RunningServer server = RunningServer.start();
			InetSocketAddress address = server.tcpAddress();
			Thread clients = new Thread(() -> {
				boolean open = true;
				while (open) {
					try (Socket client = new Socket()) {
						client.connect(address, 1000);
					}
					catch (IOException ex) {
						open = false;
					}
				}
			});
			clients.start();
			try {
				Thread.sleep(20);
			}
			finally {
				server.close();
				clients.join();
			}
			assertThat(server.log().text()).contains("Closed the port").doesNotContain(" ERROR ");
		}
	}

	@Test
	void stopEndsWithinTheGracePeriodWhenTheStoreHangs() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		RunningServer server = RunningServer.start(storage, "--eardrum.tcp.shutdown-grace-period=1s");
		storage.beforePut((batch) -> {
			entered.countDown();
			awaitUnlessInterrupted(released);
		});
		try (TestClient client = server.client()) {
			client.send("put hangs 1 1\n");
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> stop = CompletableFuture.runAsync(server::close, TestThreads.NEW_THREAD);
			TestClient.Rest rest = client.readUntilClosed();
			assertThat(rest.text()).isNotEqualTo(Replies.OK);
			assertThat(rest.reset()).as("reset").isTrue();
			stop.get(8, TimeUnit.SECONDS);
			assertThat(server.log().text()).contains("1 sessions, 1 of them before they were answered");
		}
		finally {
			released.countDown();
			server.close();
		}
	}

	@Test
	void stopEndsWithinTheGracePeriodWhenClientNeverReads() throws Exception {
		RunningServer server = RunningServer.start("--eardrum.tcp.shutdown-grace-period=1s");
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 50_000; i++) {
			puts.append("put fill 1 ").append(i).append('\n');
		}
		try (TestClient client = TestClient.connectWithSmallReceiveBuffer(server.tcpPort(), 4096)) {
			CompletableFuture<String> fill = CompletableFuture.supplyAsync(() -> readAll(client, 50_000),
					TestThreads.NEW_THREAD);
			client.send(puts.toString());
			Replies.assertSame("puts", fill.get(20, TimeUnit.SECONDS), Replies.OK.repeat(50_000));
			client.send("get *\n".repeat(500));
			assertThat(client.read(3)).isEqualTo("ok\n");
			CompletableFuture.runAsync(server::close, TestThreads.NEW_THREAD).get(8, TimeUnit.SECONDS);
			assertThat(client.readUntilClosed().reset()).as("reset").isTrue();
		}
		finally {
			server.close();
		}
	}

	@Test
	void stoppedServerFreesItsPort() throws Exception {
		// Not any free port, because an outgoing connection may take it in the meantime.
		int port = EardrumProcess.freePort();
		try (RunningServer server = RunningServer.start("--eardrum.tcp.port=" + port)) {
			assertThat(server.tcpPort()).isEqualTo(port);
			assertThat(server.conversation("get nobody\n")).isEqualTo(Replies.OK);
		}
		try (RunningServer again = RunningServer.start("--eardrum.tcp.port=" + port)) {
			assertThat(again.tcpPort()).isEqualTo(port);
			assertThat(again.conversation("get nobody\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void terminatedProcessGivesWholeRepliesUnderLoad() throws Exception {
		int port = EardrumProcess.freePort();
		List<PutLoad> load = new ArrayList<>();
		try (EardrumProcess process = EardrumProcess
			.start(Map.of("EARDRUM_TCP_PORT", Integer.toString(port), "SERVER_PORT", "0"))) {
			process.awaitListening(port);
			try (TestClient idle = TestClient.connect(port)) {
				assertThat(idle.exchange("get nobody\n")).isEqualTo(Replies.OK);
				startLoad(load, port);
				process.terminate();
				assertThatLoadWasReset(load);
				assertThatIdleClientIsReset(idle);
				assertThat(process.awaitExit(Duration.ofSeconds(15))).as(process.output()).isEqualTo(143);
				assertThat(refuses(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))).isTrue();
			}
			assertThat(process.output()).doesNotContain("ERROR").doesNotContain("WARN").doesNotContain("Exception");
		}
		finally {
			closeAll(load);
		}
	}

	private static void startLoad(List<PutLoad> load, int port) throws IOException {
		for (int i = 0; i < WRITERS; i++) {
			load.add(new PutLoad(TestClient.connect(port), "load." + i));
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> load.stream().allMatch((client) -> client.acknowledged() >= ACKNOWLEDGED_BEFORE_STOP));
	}

	private static void assertThatLoadWasReset(List<PutLoad> load) throws InterruptedException {
		for (PutLoad client : load) {
			assertThat(client.awaitEnd()).as("end of " + client.key()).isTrue();
			assertThat(client.unexpected()).as("replies to " + client.key()).isNull();
			assertThat(client.bytesOfCutReply()).as("bytes of a cut reply to " + client.key()).isZero();
			assertThat(client.wasReset()).as(client.key() + ": " + client.ending()).isTrue();
		}
	}

	private static void assertThatIdleClientIsReset(TestClient idle) {
		assertThatExceptionOfType(SocketException.class).isThrownBy(idle::reply).withMessageContaining("reset");
	}

	private static long storedPoints(MetricRepository store, SeriesKey key) throws IOException {
		AtomicLong next = new AtomicLong();
		store.read(key, TimeRange.ALL, (unused, timestamps, values, from, to) -> {
			for (int i = from; i < to; i++) {
				if (key.toString().startsWith("load.")) {
					assertThat(timestamps[i]).isEqualTo(next.get());
				}
				next.incrementAndGet();
			}
		});
		return next.get();
	}

	private static boolean refuses(InetSocketAddress address) {
		try (TestClient client = TestClient.connect(address)) {
			return client.readUntilClosed().reset();
		}
		catch (IOException ex) {
			return true;
		}
	}

	private static String readAll(TestClient client, int replies) {
		try {
			return client.read(replies * Replies.OK.length());
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private static void awaitUnlessInterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void closeAll(List<PutLoad> load) throws IOException {
		for (PutLoad client : load) {
			client.close();
		}
	}

}

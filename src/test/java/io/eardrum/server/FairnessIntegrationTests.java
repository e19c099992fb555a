package io.eardrum.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.PutLoad;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that other clients are answered, whatever keeps one client waiting. More clients
 * than there are loops are kept waiting here.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class FairnessIntegrationTests {

	private static final int STUCK = Runtime.getRuntime().availableProcessors() + 2;

	// The supervisor of the loops sleeps when nothing has arrived for a second.
	@ParameterizedTest
	@ValueSource(ints = { 0, 1500 })
	void aStoreThatIsStuckWithPutsOfSomeKeepsNobodyElseFromReading(int quietMillis) throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		try (RunningServer server = RunningServer.start(storage)) {
			assertThat(server.conversation("put known 1 1\n")).isEqualTo(Replies.OK);
			storage.beforePut((batch) -> {
				entered.countDown();
				try {
					released.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			Thread.sleep(quietMillis);
			TestClient[] stuck = new TestClient[STUCK];
			for (int i = 0; i < STUCK; i++) {
				stuck[i] = server.client();
				stuck[i].send("put stuck." + i + " 1 1\n");
			}
			assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
			for (int i = 0; i < STUCK; i++) {
				try (TestClient other = server.client()) {
					assertThat(other.exchange("get known\n")).isEqualTo("ok\nknown 1.0 1\n\n");
				}
			}
			released.countDown();
			for (int i = 0; i < STUCK; i++) {
				assertThat(stuck[i].reply()).isEqualTo(Replies.OK);
				// The client is served as before.
				assertThat(stuck[i].exchange("get stuck." + i + "\n")).isEqualTo("ok\nstuck." + i + " 1.0 1\n\n");
				stuck[i].close();
			}
		}
		finally {
			released.countDown();
		}
	}

	@Test
	void repliesThatNobodyReadsKeepNobodyElseWaiting() throws Exception {
		try (RunningServer server = RunningServer.start(new InterceptedStorage())) {
			String puts = lines("put wide ", 20_000);
			try (TestClient writer = server.client()) {
				writer.send(puts);
				assertThat(writer.read(20_000 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(20_000));
			}
			TestClient[] deaf = new TestClient[STUCK];
			for (int i = 0; i < STUCK; i++) {
				deaf[i] = TestClient.connectWithSmallReceiveBuffer(server.tcpPort(), 4096);
				deaf[i].send("get *\n".repeat(20));
			}
			for (int i = 0; i < STUCK; i++) {
				try (TestClient other = server.client()) {
					assertThat(other.exchange("put other 1 " + i + "\n")).isEqualTo(Replies.OK);
				}
			}
			for (TestClient client : deaf) {
				// The client still gets what it has not read.
				assertThat(client.reply()).startsWith("ok\nwide 1.0 0\n")
					.contains("\nwide 1.0 19999\n")
					.endsWith("\n\n");
				client.close();
			}
		}
	}

	@Test
	void aClientThatStreamsKeepsNobodyElseWaiting() throws Exception {
		try (RunningServer server = RunningServer.start(new InterceptedStorage())) {
			PutLoad[] load = new PutLoad[STUCK];
			for (int i = 0; i < STUCK; i++) {
				load[i] = new PutLoad(server.client(), "load." + i);
			}
			awaitReplies(load, 1);
			try (TestClient other = server.client()) {
				for (int i = 0; i < 100; i++) {
					assertThat(other.exchange("put other 1 " + i + "\n")).isEqualTo(Replies.OK);
				}
			}
			// These clients have streamed all the time, and still do.
			for (PutLoad client : load) {
				awaitReplies(new PutLoad[] { client }, client.acknowledged() + 1);
				assertThat(client.unexpected()).isNull();
				client.close();
			}
		}
	}

	@Test
	void aDefectResetsWhomItConcernsAndKeepsNobodySilent() throws Exception {
		InterceptedStorage storage = new InterceptedStorage();
		try (RunningServer server = RunningServer.start(storage)) {
			storage.beforePut((batch) -> {
				if (batch.key(0).toString().startsWith("defect")) {
					throw new StackOverflowError("as a defect would");
				}
			});
			// A frame of one line is committed with the group of its loop, a large one by
			// itself.
			for (String puts : new String[] { lines("put defect ", 1), lines("put defect ", 4000) }) {
				try (TestClient client = server.client(); TestClient other = server.client()) {
					client.send(puts);
					TestClient.Rest rest = client.readUntilClosed();
					assertThat(rest.text()).isEmpty();
					assertThat(rest.reset()).as("reset").isTrue();
					assertThat(other.exchange("put other 1 1\n")).isEqualTo(Replies.OK);
				}
			}
			try (TestClient other = server.client()) {
				assertThat(other.exchange("get other\n")).isEqualTo("ok\nother 1.0 1\n\n");
			}
		}
	}

	private static void awaitReplies(PutLoad[] load, long count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> Arrays.stream(load).allMatch((client) -> client.acknowledged() >= count));
	}

	private static String lines(String start, int count) {
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < count; i++) {
			lines.append(start).append("1 ").append(i).append('\n');
		}
		return lines.toString();
	}

}

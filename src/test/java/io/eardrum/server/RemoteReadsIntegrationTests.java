package io.eardrum.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.TestSeed;
import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.LateRead;
import io.eardrum.server.fixture.MixedLoad;
import io.eardrum.server.fixture.RunningServer;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.storage.StorageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for gets from a store on other machines, whose reads are on their way for a
 * while.
 */
@Timeout(60)
class RemoteReadsIntegrationTests {

	private final InterceptedStorage storage = new InterceptedStorage();

	private final List<LateRead> reads = new CopyOnWriteArrayList<>();

	private RunningServer server;

	@BeforeEach
	void start() {
		this.server = RunningServer.start(this.storage);
		PointBatch batch = new PointBatch();
		for (int i = 0; i < 50; i++) {
			batch.add(SeriesKey.of("k" + i), i, i);
		}
		this.storage.store().put(batch);
		this.storage.beginReadsBy((key) -> {
			LateRead read = new LateRead();
			this.reads.add(read);
			return read;
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void getsOfOneFrameAreOnTheirWayTogetherAndAnsweredInOrder() throws Exception {
		try (TestClient client = TestClient.connect(this.server.tcpPort())) {
			client.send("get k1\nrange k2 0 9\nget none\nget k3\n");
			awaitReads(4);
			for (int i = 3; i >= 0; i--) {
				this.reads.get(i).arrive();
			}
			assertThat(client.reply()).isEqualTo("ok\nk1 1.0 1\n\n");
			assertThat(client.reply()).isEqualTo("ok\nk2 2.0 2\n\n");
			assertThat(client.reply()).isEqualTo("ok\n\n");
			assertThat(client.reply()).isEqualTo("ok\nk3 3.0 3\n\n");
			assertThat(this.reads).allMatch(LateRead::isClosed);
		}
	}

	@Test
	void getsOfManyClientsAreOnTheirWayTogetherAndOthersPutMeanwhile() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try (TestClient putting = TestClient.connect(this.server.tcpPort())) {
			for (int i = 0; i < 50; i++) {
				TestClient client = TestClient.connect(this.server.tcpPort());
				clients.add(client);
				client.send("get k" + i + "\n");
			}
			awaitReads(50);
			assertThat(putting.exchange("put a 1 1\n")).isEqualTo("ok\n\n");
			this.reads.forEach(LateRead::arrive);
			for (int i = 0; i < 50; i++) {
				assertThat(clients.get(i).reply()).isEqualTo("ok\nk" + i + " " + i + ".0 " + i + "\n\n");
			}
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@Test
	void aLongFrameHasALimitedNumberOnTheirWay() throws Exception {
		try (TestClient client = TestClient.connect(this.server.tcpPort())) {
			client.send("get k1\n".repeat(70) + "get k2\n");
			int arrived = 0;
			for (int count : new int[] { 32, 64, 71 }) {
				awaitReads(count);
				this.reads.subList(arrived, count).forEach(LateRead::arrive);
				arrived = count;
			}
			for (int i = 0; i < 70; i++) {
				assertThat(client.reply()).isEqualTo("ok\nk1 1.0 1\n\n");
			}
			assertThat(client.reply()).isEqualTo("ok\nk2 2.0 2\n\n");
		}
	}

	@Test
	void aReadThatFailsIsToldInItsPlace() throws Exception {
		this.storage.beforeRead((key) -> {
			if (key.toString().equals("k2")) {
				throw new StorageException("away");
			}
		});
		try (TestClient client = TestClient.connect(this.server.tcpPort())) {
			client.send("get k1\nget k2\nget k3\n");
			awaitReads(3);
			this.reads.forEach(LateRead::arrive);
			assertThat(client.reply()).isEqualTo("ok\nk1 1.0 1\n\n");
			assertThat(client.reply()).isEqualTo("error\nstorage unavailable\n\n");
			assertThat(client.reply()).isEqualTo("ok\nk3 3.0 3\n\n");
		}
	}

	@Test
	void readsOfAClientThatHasGoneAreClosed() throws Exception {
		try (TestClient client = TestClient.connect(this.server.tcpPort())) {
			client.send("get k1\nget k2\n");
			awaitReads(2);
			client.reset();
		}
		this.reads.forEach(LateRead::arrive);
		Awaitility.await().until(() -> this.reads.stream().allMatch(LateRead::isClosed));
	}

	@Test
	void clientsGetWhatTheyHavePutInTheOrderOfTheirCommands() throws Exception {
		// Some reads are not begun, as by a store that has too many of them.
		this.storage.beginReadsBy((key) -> {
			LateRead read = (key.hashCode() % 5 != 0) ? new LateRead() : null;
			if (read != null) {
				CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS).execute(read::arrive);
			}
			return read;
		});
		MixedLoad.Result result = MixedLoad.run(this.server.tcpPort(), Duration.ofSeconds(2), TestSeed.value());
		assertThat(result.violation()).as(result.toString()).isNull();
		assertThat(result.comparisons()).as(result.toString()).isPositive();
	}

	private void awaitReads(int count) {
		Awaitility.await().untilAsserted(() -> assertThat(this.reads).hasSize(count));
	}

}

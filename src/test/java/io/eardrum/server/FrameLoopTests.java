package io.eardrum.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import io.eardrum.budget.HeapUse;
import io.eardrum.metric.PointBatch;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link FrameLoop} with sockets that have all sent something before it begins, so that
 * one pass finds them ready together. Nobody watches over the time that a client leaves
 * its replies unread: who waits for such a client here waits for ever.
 */
@Isolated("It counts the leaders of all loops.")
@Timeout(60)
class FrameLoopTests {

	/** A put, so that the reply waits for the commit, and a long reply. */
	private static final String LONG_REPLY = "put deaf 1 1\n" + "x\n".repeat(16_000);

	/**
	 * A put, and a reply that is too long for the socket and too short to be sent before
	 * the put is committed.
	 */
	private static final String REPLY_BEHIND_THE_COMMIT = "put deaf 1 1\n" + "x\n".repeat(1200);

	private static final int FRAME_MEMORY = 2_000_000;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ConnectionRegistry registry = new ConnectionRegistry(1000,
			Budgets.with(Map.of(HeapUse.REPLIES, 2_000_000L, HeapUse.FRAMES, (long) FRAME_MEMORY)));

	private final UnreadReplies unreadReplies = this.registry.unreadReplies();

	private final FrameMemory frameMemory = this.registry.frameMemory();

	private final Pool<byte[]> buffers = new Pool<>(8, () -> new byte[FrameBuffer.LARGE_LENGTH]);

	private final List<FrameLoop> loops = new ArrayList<>();

	private final LoopSupervisor supervisor = new LoopSupervisor(this.loops);

	private final FrameWorkers workers = new FrameWorkers(this.threads, 2, this.supervisor::wakeUp);

	private final InterceptedStorage storage = new InterceptedStorage();

	private final FrameServiceActivator activator = new FrameServiceActivator(
			(MetricRepository) this.storage.postProcessAfterInitialization(new MemoryMetricRepository(), "store"),
			TimestampChecks.UNLIMITED);

	private FrameLoop loop;

	private ConnectionPairs pairs;

	@BeforeEach
	void open() throws IOException {
		this.supervisor.lookAfter(this.workers);
		this.loop = new FrameLoop(this.threads, this.supervisor, this.workers);
		this.loops.add(this.loop);
		this.pairs = new ConnectionPairs(this.registry, this.activator);
	}

	@AfterEach
	void close() throws IOException {
		this.registry.forEach((connection) -> connection.reset(ResetReason.SHUTDOWN));
		this.supervisor.close();
		this.loop.close();
		this.workers.close();
		this.threads.shutdownNow();
		this.pairs.close();
	}

	// Large frames make the thread leave, and the puts before them are answered by the
	// next one.
	@Test
	void repliesThatChangedThreadsAndAreNotReadKeepNobodyElseWaiting() throws IOException {
		for (int i = 0; i < 8; i++) {
			connect().send(LONG_REPLY);
		}
		for (int i = 0; i < 4; i++) {
			connect().send("put heavy 1 1\n".repeat(4000));
		}
		TestClient other = connect();
		start();
		for (int i = 0; i < 20; i++) {
			assertThat(other.exchange("put other 1 " + i + "\n")).isEqualTo(Replies.OK);
		}
	}

	@Test
	void repliesOfAThreadThatNoLongerLeadsDoNotWaitForThoseThatAreNotRead() throws Exception {
		CountDownLatch stuck = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut(blockOnce(stuck, released));
		List<TestClient> readers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			connect().send(LONG_REPLY);
			readers.add(connect().send("put reader 1 " + i + "\n"));
			connect().send(LONG_REPLY);
		}
		TestClient other = connect();
		start();
		assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
		// Another thread leads by now.
		assertThat(other.exchange("put other 1 1\n")).isEqualTo(Replies.OK);
		released.countDown();
		for (TestClient reader : readers) {
			assertThat(reader.reply()).isEqualTo(Replies.OK);
		}
		assertOneThreadLeads();
	}

	// The replies wait for the commit and are too long for the socket, so the thread that
	// has lost the loop hands the other connections on, and the next one does so again.
	@Test
	void oneThreadLeadsAfterReplyUponReplyOfALostLoopIsNotRead() throws Exception {
		CountDownLatch stuck = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut(blockOnce(stuck, released));
		List<TestClient> readers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			connect().send(REPLY_BEHIND_THE_COMMIT);
			connect().send(REPLY_BEHIND_THE_COMMIT);
			readers.add(connect().send("put reader." + i + " 1 1\n"));
		}
		TestClient other = connect();
		start();
		assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(other.exchange("put other 1 1\n")).isEqualTo(Replies.OK);
		released.countDown();
		for (TestClient reader : readers) {
			assertThat(reader.reply()).isEqualTo(Replies.OK);
		}
		assertOneThreadLeads();
	}

	@Test
	void putsDoNotWaitForReadsThatTheStoreIsStuckWith() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforeRead((key) -> await(released));
		List<TestClient> readers = new ArrayList<>();
		List<TestClient> writers = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			writers.add(connect().send("put some." + i + " 1 1\n"));
			readers.add(connect().send("put own." + i + " 1 1\nget own." + i + "\nput own." + i + " 2 2\nget own." + i
					+ "\nput own." + i + " 3 3\n"));
			writers.add(connect().send("put other." + i + " 1 1\n"));
		}
		start();
		for (TestClient writer : writers) {
			assertThat(writer.reply()).isEqualTo(Replies.OK);
		}
		released.countDown();
		for (int i = 0; i < readers.size(); i++) {
			String row = "own." + i + " 1.0 1\n";
			String expected = Replies.OK + "ok\n" + row + "\n" + Replies.OK + "ok\n" + row + "own." + i + " 2.0 2\n\n"
					+ Replies.OK;
			assertThat(readers.get(i).read(expected.length())).isEqualTo(expected);
			assertThat(readers.get(i).exchange("get own." + i + "\n")).endsWith("own." + i + " 3.0 3\n\n");
		}
	}

	// Each of them holds at least 64 KiB of replies, and else 256 KiB of commands.
	@Test
	void memoryForClientsThatDoNotReadIsBounded() throws IOException {
		start();
		TestClient other = connect();
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 10_000; i++) {
			puts.append("put row 1 ").append(i).append('\n');
		}
		other.send(puts.toString());
		assertThat(other.read(10_000 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(10_000));
		for (int i = 0; i < 60; i++) {
			connect().send("get row\n".repeat(5));
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.registry.size() <= 2_000_000 / 64_000);
		assertThat(this.registry.size()).isGreaterThan(5);
		assertThat(this.unreadReplies.heldBytes()).isBetween(100_000L, 2_000_000L);
		// Or clients that don't read would keep others from being read.
		Awaitility.await().until(() -> this.frameMemory.usedBytes() == 0);
		assertThat(other.exchange("get nothing\n")).isEqualTo(Replies.OK);
	}

	@Test
	void noFrameIsReadWhileThoseBeforeItTakeAllMemory() throws Exception {
		int puts = 600;
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforePut((batch) -> await(released));
		List<TestClient> writers = new ArrayList<>();
		for (int i = 0; i < 80; i++) {
			writers.add(connect().send(("put writer." + i + " 1 1\n").repeat(puts)));
		}
		start();
		Awaitility.await().until(() -> this.frameMemory.isFull(false));
		Awaitility.await().until(() -> this.frameMemory.heldBack() >= 25);
		assertThat(silent()).isLessThanOrEqualTo(30);
		assertThat(this.frameMemory.usedBytes()).isLessThan(FRAME_MEMORY + FrameMemory.of(FrameBuffer.LARGE_LENGTH));
		released.countDown();
		for (TestClient writer : writers) {
			assertThat(writer.read(puts * Replies.OK.length())).isEqualTo(Replies.OK.repeat(puts));
		}
		Awaitility.await().until(() -> this.frameMemory.usedBytes() == 0);
		assertThat(this.frameMemory.heldBack()).isZero();
	}

	@Test
	void clientThatLeavesWhileItIsHeldBackIsNotKept() throws Exception {
		this.frameMemory.take(FRAME_MEMORY, false);
		TestClient client = connect().send("put held.back 1 1\n");
		TestClient other = connect().send("put other 1 1\n");
		start();
		Awaitility.await().until(() -> this.frameMemory.heldBack() == 2);
		client.close();
		this.frameMemory.giveBack(FRAME_MEMORY, false);
		assertThat(other.reply()).isEqualTo(Replies.OK);
		Awaitility.await().until(() -> this.registry.size() == 1);
		assertThat(other.exchange("get held.back\n")).isEqualTo("ok\nheld.back 1.0 1\n\n");
	}

	@Test
	void framesThatFailedAreForgotten() throws Exception {
		this.storage.beforePut((batch) -> {
			throw new IllegalStateException("on purpose");
		});
		start();
		for (int i = 0; i < 5; i++) {
			connect().exchange("put k 1 1\n".repeat(10));
		}
		Awaitility.await().until(() -> this.frameMemory.usedBytes() == 0);
	}

	// A second leader would wait for the selector beside the first one, until it is
	// ended.
	private static void assertOneThreadLeads() {
		Awaitility.await()
			.during(Duration.ofMillis(200))
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(Leaders.count()).isEqualTo(1));
	}

	@Test
	void aClientThatCannotBeReadIsResetAloneAndKeepsNobodyWaiting() throws Exception {
		TestClient failing = connect(new Pool<>(1, () -> {
			throw new IllegalStateException("on purpose");
		}));
		List<TestClient> others = new ArrayList<>();
		others.add(connect());
		failing.send("put failing 1 1\n");
		for (int i = 0; i < 3; i++) {
			others.add(connect());
		}
		for (TestClient other : others) {
			other.send("put other 1 1\n");
		}
		start();
		for (TestClient other : others) {
			assertThat(other.reply()).isEqualTo(Replies.OK);
		}
		assertThat(failing.readUntilClosed().reset()).isTrue();
	}

	// Clients that may be taken for silent.
	private long silent() {
		AtomicLong count = new AtomicLong();
		this.registry.forEach((connection) -> {
			if (connection.isIdle() && connection.silentNanos() > 0) {
				count.incrementAndGet();
			}
		});
		return count.get();
	}

	private static Consumer<PointBatch> blockOnce(CountDownLatch stuck, CountDownLatch released) {
		return (batch) -> {
			if (stuck.getCount() > 0) {
				stuck.countDown();
				await(released);
			}
		};
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void start() {
		this.loop.start();
		this.threads.execute(this.supervisor);
	}

	private TestClient connect() throws IOException {
		return connect(this.buffers);
	}

	private TestClient connect(Pool<byte[]> pool) throws IOException {
		ConnectionPairs.Pair pair = this.pairs.connect(pool);
		this.loop.register(pair.connection());
		return pair.client();
	}

}

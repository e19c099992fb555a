package io.eardrum.server.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import io.eardrum.budget.HeapUse;
import io.eardrum.budget.ObjectPool;
import io.eardrum.metric.PointBatch;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.FrameDecoder;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.ConnectionPairs;
import io.eardrum.server.fixture.InterceptedStorage;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.server.limit.OutboundMemoryLimit;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link EventLoop} with sockets that have all sent something before it begins, so that
 * one pass finds them ready together. Nobody watches over the time that a client leaves
 * its replies unread: who waits for such a client here waits for ever.
 */
@Isolated("It counts the leaders of all loops.")
@Timeout(60)
class EventLoopTests {

	/** A put, so that the reply waits for the commit, and a long reply. */
	private static final String LONG_REPLY = "put deaf 1 1\n" + "x\n".repeat(16_000);

	/**
	 * A put, and a reply that is too long for the socket and too short to be sent before
	 * the put is committed.
	 */
	private static final String REPLY_BEHIND_THE_COMMIT = "put deaf 1 1\n" + "x\n".repeat(1200);

	private static final int FRAME_MEMORY = 2_000_000;

	private static final int UNFINISHED_MEMORY = 200_000;

	private static final long READ_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ConnectionRegistry registry = new ConnectionRegistry(1000, Budgets.with(Map.of(HeapUse.REPLIES,
			2_000_000L, HeapUse.FRAMES, (long) FRAME_MEMORY, HeapUse.CONNECTIONS, (long) UNFINISHED_MEMORY)));

	private final OutboundMemoryLimit unreadReplies = this.registry.memory().unreadReplies();

	private final InboundMemoryLimit frameMemory = this.registry.memory().frames();

	private final ObjectPool<byte[]> buffers = new ObjectPool<>(8, () -> new byte[FrameDecoder.LARGE_LENGTH]);

	private final List<EventLoop> loops = new ArrayList<>();

	private final EventLoopSupervisor supervisor = new EventLoopSupervisor(this.loops);

	private final InterceptedStorage storage = new InterceptedStorage();

	private final CommandServiceActivator activator = new CommandServiceActivator(
			(MetricRepository) this.storage.postProcessAfterInitialization(new MemoryMetricRepository(), "store"),
			TimestampChecks.UNLIMITED, Budgets.patterns());

	private final FrameWorkers workers = new FrameWorkers(this.threads, 2, this.supervisor::wakeUp,
			this.activator::newGroup);

	private EventLoop loop;

	private ConnectionPairs pairs;

	@BeforeEach
	void open() throws IOException {
		this.supervisor.lookAfter(this.workers);
		this.loop = new EventLoop(this.threads, this.supervisor::wakeUp, this.workers, this.activator::newGroup);
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
		assertThat(this.frameMemory.usedBytes())
			.isLessThan(FRAME_MEMORY + InboundMemoryLimit.of(FrameDecoder.LARGE_LENGTH));
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

	// Two workers, and frames of reads that take a millisecond each.
	@Test
	void framesOfManyReadsTakeTurns() throws IOException {
		List<String> reads = Collections.synchronizedList(new ArrayList<>());
		this.storage.beforeRead((key) -> {
			reads.add(key.toString());
			spin(READ_NANOS);
		});
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			clients.add(connect().send(("get reader." + i + "\n").repeat(120)));
		}
		start();
		TestClient late = connect().send("get late\n".repeat(40));
		assertThat(late.read(40 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(40));
		// Its turns came as often as those of others, who had a third of theirs by then.
		assertThat(reads.size()).isLessThan(7 * 60);
		for (TestClient client : clients) {
			assertThat(client.read(120 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(120));
		}
		assertThat(reads).hasSize(6 * 120 + 40);
		Awaitility.await().until(() -> this.frameMemory.usedBytes() == 0);
		assertThat(this.workers.isQuiet()).isTrue();
	}

	@Test
	void aFrameThatTakesTurnsIsAnsweredInOrder() throws IOException {
		this.storage.beforeRead((key) -> spin(READ_NANOS));
		List<TestClient> clients = new ArrayList<>();
		StringBuilder expected = new StringBuilder();
		StringBuilder rows = new StringBuilder();
		for (int i = 0; i < 40; i++) {
			rows.append("own 1.0 ").append(i).append('\n');
			expected.append(Replies.OK).append("ok\n").append(rows).append('\n').append(Replies.WRONG_COMMAND);
		}
		for (int client = 0; client < 5; client++) {
			StringBuilder frame = new StringBuilder();
			for (int i = 0; i < 40; i++) {
				String key = "own" + ".x".repeat(client);
				frame.append("put ").append(key).append(" 1 ").append(i).append("\nget ").append(key).append("\nx\n");
			}
			clients.add(connect().send(frame.toString()));
		}
		start();
		for (int client = 0; client < 5; client++) {
			String replies = expected.toString().replace("own", "own" + ".x".repeat(client));
			assertThat(clients.get(client).read(replies.length())).isEqualTo(replies);
		}
	}

	// With a commit for each of them, everybody else would wait for as many fsyncs.
	@Test
	void putsBeforeReadsShareCommits() throws IOException {
		AtomicInteger commits = new AtomicInteger();
		this.storage.beforePut((batch) -> {
			if (batch.timestamp(0) == 1) {
				commits.incrementAndGet();
			}
		});
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			clients.add(connect()
				.send("x\nput own." + i + " 1 1\nget own." + i + "\nput own." + i + " 2 2\nget own." + i + "\n"));
		}
		start();
		for (int i = 0; i < clients.size(); i++) {
			String row = "own." + i + " 1.0 1\n";
			String expected = Replies.WRONG_COMMAND + Replies.OK + "ok\n" + row + "\n" + Replies.OK + "ok\n" + row
					+ "own." + i + " 2.0 2\n\n";
			assertThat(clients.get(i).read(expected.length())).isEqualTo(expected);
		}
		assertThat(commits.get()).isLessThan(clients.size() / 2);
		Awaitility.await().untilAsserted(() -> assertThat(this.frameMemory.usedBytes()).isZero());
	}

	@Test
	void framesThatWaitForACommitHoldNoLargeBuffers() throws IOException {
		AtomicInteger made = new AtomicInteger();
		ObjectPool<byte[]> counted = new ObjectPool<>(8, () -> {
			made.incrementAndGet();
			return new byte[FrameDecoder.LARGE_LENGTH];
		});
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			clients.add(connect(counted).send("put buffer." + i + " 1 1\nget buffer." + i + "\n"));
		}
		start();
		for (int i = 0; i < clients.size(); i++) {
			String expected = Replies.OK + "ok\nbuffer." + i + " 1.0 1\n\n";
			assertThat(clients.get(i).read(expected.length())).isEqualTo(expected);
		}
		assertThat(made.get()).isLessThan(clients.size() / 2);
	}

	// Of such a frame, others get their turn behind a part of the puts.
	@Test
	void partsOfLargeFramesShareCommits() throws IOException {
		AtomicInteger commits = new AtomicInteger();
		this.storage.beforePut((batch) -> {
			if (batch.timestamp(0) == 0) {
				commits.incrementAndGet();
			}
		});
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 1200; i++) {
			puts.append("put large 1 ").append(i).append("\n");
		}
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			clients.add(connect().send(puts.toString()));
		}
		start();
		String expected = Replies.OK.repeat(1200);
		for (TestClient client : clients) {
			assertThat(client.read(expected.length())).isEqualTo(expected);
		}
		assertThat(commits.get()).isLessThan(clients.size() / 2);
	}

	@Test
	void readsOfSomeKeepNobodyElseWaiting() throws IOException {
		this.storage.beforeRead((key) -> spin(READ_NANOS));
		for (int i = 0; i < 8; i++) {
			connect().send("get reader\n".repeat(3000));
		}
		start();
		TestClient other = connect();
		List<Long> nanos = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			long before = System.nanoTime();
			assertThat(other.exchange("put other 1 " + i + "\n")).isEqualTo(Replies.OK);
			nanos.add(System.nanoTime() - before);
		}
		nanos.sort(null);
		assertThat(Duration.ofNanos(nanos.get(50))).isLessThan(Duration.ofMillis(20));
		assertThat(Duration.ofNanos(nanos.get(99))).isLessThan(Duration.ofSeconds(1));
		// The others are far from done.
		assertThat(this.workers.isQuiet()).isFalse();
	}

	// More of them than there are workers.
	@Test
	void readsThatTheStoreIsStuckWithKeepNobodyElseFromReading() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		this.storage.beforeRead((key) -> {
			if (key.toString().equals("stuck")) {
				await(released);
			}
		});
		List<TestClient> stuck = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			stuck.add(connect().send("get stuck\n".repeat(100)));
		}
		start();
		TestClient other = connect().send("get other\n".repeat(100));
		assertThat(other.read(100 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(100));
		released.countDown();
		for (TestClient client : stuck) {
			assertThat(client.read(100 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(100));
		}
	}

	@Test
	void clientsThatReadSlowlyKeepNobodyElseFromReading() throws Exception {
		start();
		TestClient other = connect();
		StringBuilder puts = new StringBuilder();
		for (int i = 0; i < 5000; i++) {
			puts.append("put row 1 ").append(i).append('\n');
		}
		other.send(puts.toString());
		assertThat(other.read(5000 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(5000));
		for (int i = 0; i < 5; i++) {
			connect().send("get row\n".repeat(100));
		}
		other.send("get nothing\n".repeat(100));
		assertThat(other.read(100 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(100));
	}

	@Test
	void fewSeriesAreReadForClientsThatHaveLeftAndNothingElse() throws Exception {
		AtomicLong reads = new AtomicLong();
		AtomicLong lists = new AtomicLong();
		this.storage.beforeRead((key) -> reads.incrementAndGet());
		this.storage.beforeReadAll(lists::incrementAndGet);
		TestClient other = connect();
		for (int i = 0; i < 20; i++) {
			connect().send((i % 2 == 0) ? "get row\n".repeat(100) : "put left 1 1\nget row\n".repeat(100)).reset();
			connect().send("put left 1 1\nget *\n".repeat(20)).reset();
		}
		start();
		Awaitility.await().until(() -> this.registry.size() == 1);
		// A look for the client costs more than the read of a short series.
		assertThat(reads).hasValueLessThanOrEqualTo(20 * 16);
		assertThat(lists).hasValue(0);
		assertThat(other.exchange("get left\n")).isEqualTo("ok\nleft 1.0 1\n\n");
	}

	@Test
	void manyGetsThatComeTogetherAreAllAnswered() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < 150; i++) {
			clients.add(connect().send("get k\n"));
		}
		TestClient writer = connect().send("put k 1 1\n");
		start();
		for (TestClient client : clients) {
			assertThat(client.reply()).isIn("ok\n\n", "ok\nk 1.0 1\n\n");
		}
		assertThat(writer.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void aClientThatHasEndedItsSideIsAnswered() throws Exception {
		TestClient client = connect().send("put k 1 1\nget k\nget k\n").halfClose();
		start();
		assertThat(client.readToEnd()).isEqualTo(Replies.OK + "ok\nk 1.0 1\n\n".repeat(2));
	}

	@Test
	void whatComesWhileAFrameIsExecutedIsNotForgotten() throws Exception {
		start();
		TestClient client = connect();
		TestClient other = connect();
		this.storage.beforeRead((key) -> {
			if (key.toString().equals("first")) {
				spin(READ_NANOS);
			}
		});
		// Whichever way the second one comes: behind a look, or behind the frame.
		for (int i = 0; i < 300; i++) {
			client.send("get first\n");
			spin(i * 2000L);
			client.send("get second\n");
			assertThat(client.read(2 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(2));
		}
		assertThat(other.exchange("get other\n")).isEqualTo(Replies.OK);
	}

	@Test
	void aClientThatHasLeftWithoutAWordIsNotHeldBack() throws Exception {
		this.frameMemory.take(FRAME_MEMORY, false);
		connect().close();
		start();
		Awaitility.await().until(() -> this.registry.size() == 0);
		assertThat(this.frameMemory.heldBack()).isZero();
	}

	@Test
	void aClientOfOneLineIsServedWhileLargeFramesTakeAllMemory() throws Exception {
		this.frameMemory.take(FRAME_MEMORY, true);
		TestClient large = connect().send("put large 1 1\n".repeat(1000));
		TestClient small = connect().send("put small 1 1\n");
		start();
		assertThat(small.reply()).isEqualTo(Replies.OK);
		for (int i = 0; i < 10; i++) {
			assertThat(small.exchange("put small 1 " + i + "\n")).isEqualTo(Replies.OK);
		}
		Awaitility.await().until(() -> this.frameMemory.heldBack() == 1);
		// A piece of it came in as a small frame.
		this.frameMemory.giveBack(FRAME_MEMORY, true);
		assertThat(large.read(1000 * Replies.OK.length())).isEqualTo(Replies.OK.repeat(1000));
		Awaitility.await().until(() -> this.frameMemory.usedBytes() == 0);
	}

	@Test
	void theOldestUnfinishedLinesEndWhenTheyTakeNearlyAllMemory() throws Exception {
		start();
		TestClient typing = connect().send("put typed 1");
		Awaitility.await().until(() -> this.registry.memory().unfinishedInput().heldBytes() > 0);
		TestClient silent = connect();
		int lines = 0;
		while (this.registry.size() > lines) {
			connect().send("x".repeat(4000));
			lines++;
			assertThat(lines).isLessThan(200);
		}
		assertThat(this.registry.memory().unfinishedInput().heldBytes()).isLessThanOrEqualTo(UNFINISHED_MEMORY);
		// It had begun first.
		assertThat(typing.readUntilClosed().reset()).isTrue();
		assertThat(silent.exchange("get typed\n")).isEqualTo(Replies.OK);
		assertThat(connect().send("put typed").send(" 1 1\n").reply()).isEqualTo(Replies.OK);
	}

	@Test
	void unfinishedLinesThatEndAreNotHeld() throws Exception {
		start();
		TestClient client = connect();
		for (int i = 0; i < 5; i++) {
			client.send("put k 1");
			Awaitility.await().until(() -> this.registry.memory().unfinishedInput().heldBytes() > 0);
			assertThat(client.exchange(" " + i + "\n")).isEqualTo(Replies.OK);
			Awaitility.await().until(() -> this.registry.memory().unfinishedInput().heldBytes() == 0);
		}
		client.send("put k 1");
		Awaitility.await().until(() -> this.registry.memory().unfinishedInput().heldBytes() > 0);
		client.reset();
		Awaitility.await().until(() -> this.registry.memory().unfinishedInput().heldBytes() == 0);
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
		TestClient failing = connect(new ObjectPool<>(1, () -> {
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

	// Keeps a processor busy.
	private static void spin(long nanos) {
		long begun = System.nanoTime();
		while (System.nanoTime() - begun < nanos) {
			Thread.onSpinWait();
		}
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

	private TestClient connect(ObjectPool<byte[]> pool) throws IOException {
		ConnectionPairs.Pair pair = this.pairs.connect(pool);
		this.loop.register(pair.connection());
		return pair.client();
	}

}

package io.eardrum.server.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.HeapUse;
import io.eardrum.budget.ObjectPool;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.FrameDecoder;
import io.eardrum.server.connection.FrameHandler;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.server.fixture.ConnectionPairs;
import io.eardrum.server.fixture.Replies;
import io.eardrum.server.fixture.TestClient;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.storage.fixture.TimestampChecks;
import io.eardrum.storage.memory.MemoryMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link Connection}: what is true of it in each of its states, and which way
 * leads from one to another. The test does what a loop does otherwise.
 */
@Timeout(60)
class ConnectionTests {

	/** A reply that is too long for the socket and waits for the commit. */
	private static final String REPLY_BEHIND_THE_COMMIT = "put deaf 1 1\n" + "x\n".repeat(1200);

	private final ConnectionRegistry registry = new ConnectionRegistry(1000,
			Budgets.with(Map.of(HeapUse.REPLIES, 2_000_000L, HeapUse.FRAMES, 2_000_000L)));

	private final InboundMemoryLimit frameMemory = this.registry.memory().frames();

	private final ObjectPool<byte[]> buffers = new ObjectPool<>(8, () -> new byte[FrameDecoder.LARGE_LENGTH]);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final EventLoopSupervisor supervisor = new EventLoopSupervisor(List.of());

	private ConnectionPairs pairs;

	private EventLoop loop;

	/** What the loop's thread would have in hand. */
	private Leader leader;

	private TestClient client;

	private Connection connection;

	private ServerObserver observer;

	@BeforeEach
	void connect() throws IOException {
		CommandServiceActivator activator = new CommandServiceActivator(new MemoryMetricRepository(),
				TimestampChecks.UNLIMITED, Budgets.patterns());
		this.pairs = new ConnectionPairs(this.registry, activator);
		this.loop = new EventLoop(this.threads, this.supervisor::wakeUp,
				new FrameWorkers(this.threads, 1, this.supervisor::wakeUp, activator::newGroup), activator::newGroup);
		this.leader = Leader.leading(new PendingWork(activator::newGroup), this.loop::leave,
				this.loop::answerElsewhere);
		ConnectionPairs.Pair pair = this.pairs.connect(this.buffers);
		this.client = pair.client();
		this.connection = pair.connection();
		this.observer = pair.observer();
		this.connection.channel().configureBlocking(false);
	}

	@AfterEach
	void close() throws IOException {
		this.connection.reset(ResetReason.SHUTDOWN);
		this.loop.start();
		this.loop.close();
		this.threads.shutdown();
		this.pairs.close();
	}

	@Test
	void itIsIdleUntilAFrameIsComplete() throws IOException {
		assertThat(this.connection.isIdle()).isTrue();
		assertThat(this.connection.receive()).isFalse();
		this.client.send("put k 1");
		receiveInVain(7);
		assertThat(this.connection.isIdle()).isTrue();
		this.client.send(" 1\n");
		Awaitility.await().until(this.connection::receive);
		assertThat(this.connection.isIdle()).isFalse();
	}

	@Test
	void itIsBusyUntilItsReplyIsSent() throws IOException {
		receive("put k 1 1\n");
		this.connection.execution().execute(this.leader);
		assertThat(this.connection.execution().awaitsCommit()).isTrue();
		assertThat(this.frameMemory.usedBytes()).isPositive();
		this.leader.commit();
		assertThat(this.connection.execution().awaitsCommit()).isFalse();
		this.connection.sendReply(this.leader);
		assertThat(this.connection.isIdle()).isFalse();
		assertThat(this.connection.becomeIdle()).isTrue();
		assertThat(this.connection.isIdle()).isTrue();
		assertThat(this.frameMemory.usedBytes()).isZero();
		assertThat(this.client.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void nothingIsExecutedOnceAnIdleSessionHasEnded() throws IOException {
		assertThat(this.connection.endIfIdle()).isTrue();
		assertThat(this.connection.isEnded()).isTrue();
		assertThat(this.connection.endIfIdle()).isFalse();
		this.client.send("put k 1 1\n");
		receiveInVain(10);
		assertThat(this.connection.isEnded()).isTrue();
	}

	@Test
	void aBusySessionIsNotEndedUnderItsFrame() throws IOException {
		receive("put k 1 1\n");
		assertThat(this.connection.endIfIdle()).isFalse();
		assertThat(this.connection.isEnded()).isFalse();
		answer();
		assertThat(this.connection.endIfIdle()).isTrue();
		assertThat(this.client.reply()).isEqualTo(Replies.OK);
	}

	@Test
	void nothingIsReadOnceTheServerStops() throws IOException {
		this.client.send("put k 1 1\n");
		this.registry.stop();
		assertThat(this.connection.receive()).isFalse();
		verify(this.observer, never()).received(anyInt());
		// The loop would ask again and again otherwise.
		assertThat(this.connection.isIdle()).isFalse();
		assertThat(this.connection.isEnded()).isTrue();
	}

	@Test
	void aFrameThatFollowsIsReceivedWhileItIsBusy() throws IOException {
		receive("put k 1 1\n");
		this.connection.execution().execute(this.leader);
		this.leader.commit();
		this.connection.sendReply(this.leader);
		this.client.send("put k 2 2\n");
		Awaitility.await().until(this.connection::receiveNext);
		assertThat(this.connection.isIdle()).isFalse();
		answer();
		assertThat(this.client.read(8)).isEqualTo(Replies.OK.repeat(2));
	}

	@Test
	void anIdleSessionThatIsResetIsGoneAtOnce() throws IOException {
		this.connection.reset(ResetReason.IDLE_TIMEOUT);
		assertThat(this.connection.isEnding()).isTrue();
		assertThat(this.connection.isEnded()).isTrue();
		assertThat(this.connection.channel().isOpen()).isFalse();
		assertThat(this.registry.size()).isZero();
		assertThat(this.client.readUntilClosed().reset()).isTrue();
		verify(this.observer).connectionReset(ResetReason.IDLE_TIMEOUT);
	}

	@Test
	void aBusySessionThatIsResetEndsWithItsFrame() throws IOException {
		receive("put k 1 1\n");
		this.connection.execution().execute(this.leader);
		this.connection.reset(ResetReason.WRITE_TIMEOUT);
		assertThat(this.client.readUntilClosed().reset()).isTrue();
		assertThat(this.registry.size()).isZero();
		assertThat(this.connection.endIfIdle()).isFalse();
		this.leader.commit();
		this.connection.sendReply(this.leader);
		assertThat(this.connection.becomeIdle()).isFalse();
		assertThat(this.frameMemory.usedBytes()).isZero();
	}

	@Test
	void onlyTheFirstReasonOfAnEndCounts() {
		this.connection.reset(ResetReason.CLIENT);
		this.connection.reset(ResetReason.SHUTDOWN);
		this.connection.close();
		verify(this.observer, times(1)).connectionReset(any());
		verify(this.observer).connectionReset(ResetReason.CLIENT);
	}

	@Test
	void aSessionThatIsClosedIsNotReset() throws IOException {
		this.connection.close();
		this.connection.reset(ResetReason.SHUTDOWN);
		assertThat(this.client.readUntilClosed().reset()).isFalse();
		verify(this.observer, never()).connectionReset(any());
	}

	@Test
	void aFrameWithoutAReplyEndsInAReset() throws IOException {
		receive("put k 1 1\n");
		this.connection.handleBy(mock(FrameHandler.class));
		this.connection.execution().execute(this.leader);
		this.connection.sendReply(this.leader);
		assertThat(this.connection.becomeIdle()).isFalse();
		verify(this.observer).connectionReset(ResetReason.INTERNAL_ERROR);
		assertThat(this.client.readUntilClosed().reset()).isTrue();
	}

	@Test
	void aClientThatEndsItsSideIsAnsweredAndThenClosed() throws IOException {
		this.client.send("put k 1 1\nput k 2").halfClose();
		Awaitility.await().until(this.connection::receive);
		// The end may come behind the lines.
		answerOnceEnded();
		assertThat(this.client.readToEnd()).isEqualTo(Replies.OK + Replies.WRONG_COMMAND);
		assertThat(this.registry.size()).isZero();
		verify(this.observer, never()).connectionReset(any());
	}

	@Test
	void whatComesAfterTheLastReplyIsThrownAway() throws IOException {
		receive("GET / HTTP/1.1\n");
		answer();
		assertThat(this.client.reply()).isEqualTo(Replies.WRONG_COMMAND);
		this.client.send("put k 1 1\n");
		Awaitility.await()
			.during(Duration.ofMillis(50))
			.atMost(Duration.ofSeconds(5))
			.until(() -> !this.connection.receive());
		assertThat(this.connection.receiveNext()).isFalse();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> {
			this.connection.closeIfOverdue();
			return this.registry.size() == 0;
		});
		verify(this.observer, never()).connectionReset(any());
	}

	@Test
	void aThreadThatWaitsForTheClientGoesOnWhenTheConnectionIsClosed() throws Exception {
		Future<?> sent = waitForTheClient();
		this.connection.close();
		sent.get(5, TimeUnit.SECONDS);
		assertThat(this.connection.blockedNanos()).isZero();
		assertThat(this.connection.becomeIdle()).isFalse();
	}

	@Test
	void aThreadThatWaitsForTheClientGoesOnWhenTheConnectionIsReset() throws Exception {
		Future<?> sent = waitForTheClient();
		this.connection.reset(ResetReason.WRITE_TIMEOUT);
		sent.get(5, TimeUnit.SECONDS);
		assertThat(this.connection.becomeIdle()).isFalse();
		verify(this.observer, times(1)).connectionReset(any());
	}

	@Test
	void aClientThatIsHeldBackIsNotSilent() throws IOException {
		this.frameMemory.take(2_000_000, false);
		this.client.send("put k 1 1\n");
		Awaitility.await().until(this.connection::isHeldBack);
		Awaitility.await().until(() -> this.connection.silentNanos() > 0);
		this.connection.awaitMemory();
		assertThat(this.connection.silentNanos()).isZero();
		this.frameMemory.giveBack(2_000_000, false);
		assertThat(this.connection.isHeldBack()).isFalse();
		Awaitility.await().until(() -> this.connection.silentNanos() > 0);
	}

	@Test
	void handshakeForWhichThereIsNoThreadEndsInAReset() {
		assertThatHandshakeEndsIn(ResetReason.SHUTDOWN, (task) -> {
			throw new RejectedExecutionException("on purpose");
		});
	}

	@Test
	void handshakeForWhichTheSystemGivesNoThreadEndsInAReset() {
		assertThatHandshakeEndsIn(ResetReason.HANDSHAKE, (task) -> {
			throw new OutOfMemoryError("unable to create native thread: on purpose");
		});
	}

	private void assertThatHandshakeEndsIn(ResetReason reason, Executor handshakes) {
		TlsChannel tls = mock(TlsChannel.class);
		given(tls.handshakes()).willReturn(handshakes);
		Connection encrypted = encrypted(tls);
		encrypted.shakeHandsElsewhere();
		verify(this.observer).connectionReset(reason);
		assertThat(encrypted.isEnded()).isTrue();
	}

	@Test
	void handshakeThatFailsConcernsItsClientAlone() throws IOException {
		TlsChannel broken = mock(TlsChannel.class);
		given(broken.handshakes()).willReturn(Runnable::run);
		given(broken.handshake()).willThrow(new IOException("on purpose"));
		encrypted(broken).shakeHandsElsewhere();
		verify(this.observer).connectionReset(ResetReason.CLIENT);
		for (Throwable defect : new Throwable[] { new IllegalStateException("on purpose"),
				new OutOfMemoryError("unable to create native thread: on purpose") }) {
			TlsChannel defective = mock(TlsChannel.class);
			given(defective.handshakes()).willReturn(Runnable::run);
			given(defective.handshake()).willThrow(defect);
			encrypted(defective).shakeHandsElsewhere();
		}
		verify(this.observer, times(2)).connectionReset(ResetReason.INTERNAL_ERROR);
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		TlsChannel last = mock(TlsChannel.class);
		given(last.handshakes()).willReturn(Runnable::run);
		given(last.handshake()).willThrow(error);
		assertThatThrownBy(encrypted(last)::shakeHandsElsewhere).isSameAs(error);
		verify(this.observer, never()).handshakeEnded(anyBoolean());
	}

	@Test
	void handshakeIsNotBegunTwice() {
		TlsChannel tls = mock(TlsChannel.class);
		given(tls.handshakes()).willReturn((task) -> {
		});
		Connection encrypted = encrypted(tls);
		encrypted.shakeHandsElsewhere();
		assertThat(encrypted.isIdle()).isFalse();
		encrypted.shakeHandsElsewhere();
		verify(tls, times(1)).handshakes();
		// Nor where there is none.
		this.connection.shakeHandsElsewhere();
		assertThat(this.connection.isIdle()).isTrue();
	}

	private Connection encrypted(TlsChannel tls) {
		return new Connection(this.connection.channel(), tls, this.registry.port(this.observer),
				new CommandParser(ProtocolLimits.DEFAULTS),
				new FrameDecoder(ProtocolLimits.DEFAULTS.maxLineLength(), this.buffers), true);
	}

	@Test
	void aClientWhoseMemoryOthersNeedIsReset() {
		this.connection.endForMemory();
		verify(this.observer).connectionReset(ResetReason.UNREAD_REPLIES);
		assertThat(this.registry.size()).isZero();
	}

	// Many connections wait for the same commit.
	@Test
	void aFrameThatWaitsForACommitHoldsNoLargeBuffer() throws IOException {
		AtomicInteger made = new AtomicInteger();
		ObjectPool<byte[]> counted = new ObjectPool<>(1,
				() -> new byte[FrameDecoder.LARGE_LENGTH + made.getAndIncrement()]);
		ConnectionPairs.Pair pair = this.pairs.connect(counted);
		pair.connection().channel().configureBlocking(false);
		pair.client().send("put k 1 1\nget k\n");
		Awaitility.await().until(pair.connection()::receive);
		this.leader.beginWork();
		this.leader.beginFrame(TimeUnit.SECONDS.toNanos(60));
		pair.connection().execution().execute(this.leader);
		assertThat(pair.connection().execution().isPaused()).isTrue();
		assertThat(pair.connection().execution().awaitsCommit()).isTrue();
		counted.take();
		assertThat(made.get()).isEqualTo(1);
		pair.connection().reset(ResetReason.SHUTDOWN);
	}

	@Test
	void aClientThatLeavesWhileItIsHeldBackKeepsNoPlace() throws IOException {
		this.frameMemory.take(2_000_000, false);
		this.client.send("put k 1 1\n");
		Awaitility.await().until(this.connection::isHeldBack);
		this.connection.reset(ResetReason.CLIENT);
		// The loop may come that far after another thread has ended it.
		this.connection.awaitMemory();
		assertThat(this.frameMemory.heldBack()).isZero();
		this.frameMemory.giveBack(2_000_000, false);
		assertThat(this.frameMemory.usedBytes()).isZero();
	}

	// A reply is too long for the socket: the thread leaves the loop and waits.
	private Future<?> waitForTheClient() throws IOException {
		this.connection.channel().configureBlocking(true);
		this.loop.register(this.connection);
		receive(REPLY_BEHIND_THE_COMMIT);
		this.connection.execution().execute(this.leader);
		this.leader.commit();
		// Nobody leads: no one looks whether it can be written to.
		this.leader.lose();
		Future<?> sent = this.threads.submit(() -> this.connection.sendReply(this.leader));
		Awaitility.await().until(() -> this.connection.blockedNanos() > 0);
		return sent;
	}

	private void receive(String frame) throws IOException {
		this.client.send(frame);
		Awaitility.await().until(this.connection::receive);
	}

	private void answer() {
		this.connection.execution().execute(this.leader);
		this.leader.commit();
		this.connection.sendReply(this.leader);
		this.connection.becomeIdle();
	}

	private void answerOnceEnded() {
		answer();
		Awaitility.await().until(() -> {
			if (this.registry.size() > 0 && this.connection.receive()) {
				answer();
			}
			return this.registry.size() == 0;
		});
	}

	// The bytes have come, and there is no frame to execute.
	private void receiveInVain(int bytes) {
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.connection.receive()).isFalse();
			verify(this.observer).received(bytes);
		});
	}

}

package io.eardrum.server.loop;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.InOrder;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.FrameExecution;
import io.eardrum.server.event.ResetReason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link Leader}, {@link PendingWork} and how an {@link EventLoop} passes the
 * lead on, step by step: no thread runs until a test says so.
 */
@Timeout(60)
class LeaderTests {

	private static final long NEVER = Long.MAX_VALUE;

	/** What the loop has asked threads for and they have not begun. */
	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final EventLoopSupervisor supervisor = new EventLoopSupervisor(List.of());

	private boolean threadsAreShort;

	private final Connection first = connection();

	private final Connection second = connection();

	private final Connection third = connection();

	private EventLoop loop;

	@BeforeEach
	void open() throws IOException {
		this.loop = new EventLoop(this::execute, this.supervisor::wakeUp,
				new FrameWorkers(this::execute, 1, this.supervisor::wakeUp, LeaderTests::group), LeaderTests::group);
	}

	@AfterEach
	void close() {
		this.threadsAreShort = false;
		this.loop.close();
		this.loop.start();
		while (!this.tasks.isEmpty()) {
			runNext();
		}
	}

	@Test
	void aTermLeadsUntilItLosesAndLosesOnce() {
		Leader leader = leading();
		assertThat(leader.isLost()).isFalse();
		assertThat(leader.lose()).isTrue();
		assertThat(leader.isLost()).isTrue();
		assertThat(leader.lose()).isFalse();
	}

	@Test
	void aTermThatOnlyFinishesHasNeverLed() {
		Leader leader = Leader.lost(new PendingWork(LeaderTests::group), this.loop::leave, this.loop::answerElsewhere);
		assertThat(leader.isLost()).isTrue();
		assertThat(leader.lose()).isFalse();
		leader.beginWork();
		assertThat(leader.loseIfStuck(-1)).isFalse();
		assertThat(leader.endWork()).isFalse();
		assertThat(leader.isLost()).isTrue();
	}

	@Test
	void onlyAThreadThatWorksForTooLongLosesTheLead() {
		Leader leader = leading();
		assertThat(leader.loseIfStuck(-1)).isFalse();
		leader.beginWork();
		assertThat(leader.loseIfStuck(NEVER)).isFalse();
		assertThat(leader.endWork()).isTrue();
		assertThat(leader.loseIfStuck(-1)).isFalse();
		leader.beginWork();
		assertThat(leader.loseIfStuck(-1)).isTrue();
		assertThat(leader.loseIfStuck(-1)).isFalse();
		assertThat(leader.endWork()).isFalse();
		assertThat(leader.lose()).isFalse();
	}

	@Test
	void aTermIsQuietOnlyBetweenPiecesOfWork() {
		Leader leader = leading();
		assertThat(leader.isQuiet(-1)).isTrue();
		assertThat(leader.isQuiet(NEVER)).isFalse();
		leader.beginWork();
		assertThat(leader.isQuiet(-1)).isFalse();
		leader.endWork();
		assertThat(leader.isQuiet(-1)).isTrue();
		leader.lose();
		assertThat(leader.isQuiet(-1)).isFalse();
	}

	@Test
	void connectionsAreAnsweredInTheOrderInWhichTheyCame() {
		Leader leader = leading();
		assertThat(leader.isEmpty()).isTrue();
		leader.add(this.first);
		leader.add(this.second);
		assertThat(leader.isEmpty()).isFalse();
		assertThat(leader.next()).isSameAs(this.first);
		assertThat(leader.next()).isSameAs(this.second);
		assertThat(leader.next()).isNull();
	}

	@Test
	void whatATermHasInHandIsTakenAsAWhole() {
		Leader leader = leading();
		leader.add(this.first);
		CommitGroup group = leader.group();
		PendingWork taken = leader.takeWork();
		assertThat(taken.group()).isSameAs(group);
		assertThat(taken.next()).isSameAs(this.first);
		assertThat(leader.isEmpty()).isTrue();
		assertThat(leader.group()).isNotSameAs(group);
	}

	@Test
	void whoLeavesTheLeadHandsOnWhatItHasInHand() {
		Leader leader = leading();
		leader.add(this.first);
		leader.leave();
		assertThat(leader.isLost()).isTrue();
		assertThat(leader.isEmpty()).isTrue();
		assertThat(this.tasks).hasSize(1);
		this.loop.close();
		runNext();
		verify(this.first).sendReply(any());
		verify(this.first).becomeIdle();
	}

	@Test
	void whoHasLostTheLeadAndHasNothingInHandLeavesNothingBehind() {
		Leader leader = leading();
		leader.lose();
		leader.leave();
		assertThat(this.tasks).isEmpty();
	}

	// However often its clients don't take their replies: the second time would have made
	// a second leader.
	@Test
	void whoHasLostTheLeadHandsOnWhatItHasInHandAndNeverTheLead() {
		Leader leader = leading();
		leader.add(this.first);
		leader.add(this.second);
		leader.add(this.third);
		leader.lose();
		leavesWhenAnswering(this.first);
		leavesWhenAnswering(this.second);
		leader.leave();
		assertThat(this.tasks).hasSize(1);
		runNext();
		verify(this.first).sendReply(any());
		verify(this.second, never()).sendReply(any());
		assertThat(this.tasks).hasSize(1);
		runNext();
		verify(this.second).sendReply(any());
		verify(this.third, never()).sendReply(any());
		assertThat(this.tasks).hasSize(1);
		runNext();
		verify(this.third).sendReply(any());
		// A leader would have waited for clients.
		assertThat(this.tasks).isEmpty();
	}

	@Test
	void whoFindsNoThreadGoesOnWithWhatItHasInHand() {
		Leader leader = leading();
		leader.add(this.first);
		leader.lose();
		this.threadsAreShort = true;
		leader.leave();
		assertThat(leader.next()).isSameAs(this.first);
	}

	@Test
	void theLeadWaitsForAThread() {
		Leader leader = leading();
		leader.add(this.first);
		this.threadsAreShort = true;
		leader.leave();
		assertThat(this.tasks).isEmpty();
		assertThat(this.loop.isQuiet(-1)).isFalse();
		this.loop.supervise();
		assertThat(this.tasks).isEmpty();
		this.threadsAreShort = false;
		this.loop.supervise();
		assertThat(this.tasks).hasSize(1);
		this.loop.supervise();
		assertThat(this.tasks).hasSize(1);
		this.loop.close();
		runNext();
		verify(this.first).sendReply(any());
	}

	@Test
	void othersAreTakenOverWhileATermReads() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.first);
		leader.beginRead();
		PendingWork taken = Objects.requireNonNull(leader.takeOffered());
		assertThat(taken.next()).isSameAs(this.first);
		assertThat(leader.takeOffered()).isNull();
		leader.endRead();
		assertThat(leader.isEmpty()).isTrue();
		assertThat(leader.group()).isNotSameAs(taken.group());
	}

	@Test
	void repliesThatWaitForNoCommitGoFirst() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.third);
		assertThat(leader.hasReady()).isFalse();
		assertThat(leader.addReady(this.first)).isFalse();
		assertThat(leader.addReady(this.second)).isFalse();
		assertThat(leader.hasReady()).isTrue();
		assertThat(leader.heldNanos()).isPositive();
		assertThat(leader.nextReady()).isSameAs(this.first);
		assertThat(leader.nextReady()).isSameAs(this.second);
		assertThat(leader.nextReady()).isNull();
		assertThat(leader.next()).isSameAs(this.third);
		assertThat(leader.isEmpty()).isTrue();
	}

	@Test
	void repliesThatWaitForNoCommitDoNotWaitForOneWithinAFrame() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.second);
		leader.addReady(this.first);
		CommitGroup group = leader.group();
		leader.beginCommit();
		assertThat(leader.hasReady()).isFalse();
		assertThat(leader.group()).isSameAs(group);
		runNext();
		verify(this.first).sendReply(any());
		verify(this.first).becomeIdleElsewhere();
		verify(this.second, never()).sendReply(any());
		// There is nothing left to answer.
		leader.beginCommit();
		assertThat(this.tasks).isEmpty();
	}

	@Test
	void repliesThatWaitForNoCommitStayWhereThereIsNoOtherThread() {
		Leader leader = leading();
		leader.beginWork();
		leader.addReady(this.first);
		this.threadsAreShort = true;
		leader.beginCommit();
		assertThat(leader.nextReady()).isSameAs(this.first);
	}

	@Test
	void repliesThatWaitForNoCommitAreSentByTheThreadThatFinishes() {
		CommitGroup group = mock(CommitGroup.class);
		Leader leader = Leader.leading(new PendingWork(() -> group), this.loop::leave, this.loop::answerElsewhere);
		leader.beginWork();
		leader.addReady(this.first);
		leader.add(this.second);
		assertThat(leader.loseIfStuck(-1)).isTrue();
		leader.leave();
		runNext();
		InOrder order = inOrder(this.first, group, this.second);
		order.verify(this.first).sendReply(any());
		order.verify(this.first).becomeIdleElsewhere();
		order.verify(group).commit();
		order.verify(this.second).sendReply(any());
		order.verify(this.second).becomeIdleElsewhere();
	}

	@Test
	void noMoreThanSomeRepliesAreHeldBack() {
		Leader leader = leading();
		boolean send = false;
		int count = 0;
		while (!send) {
			leader.beginWork();
			send = leader.addReady(this.first);
			count++;
		}
		assertThat(count).isEqualTo(64);
	}

	@Test
	void repliesThatWaitForNoCommitAreSentByTheThreadThatTakesOver() {
		Leader leader = leading();
		leader.beginWork();
		leader.addReady(this.first);
		leader.add(this.second);
		leader.leave();
		this.loop.close();
		runNext();
		InOrder order = inOrder(this.first, this.second);
		order.verify(this.first).sendReply(any());
		order.verify(this.second).sendReply(any());
	}

	@Test
	void whatNobodyTakesOverIsThereAgainAfterTheRead() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.first);
		CommitGroup group = leader.group();
		leader.beginRead();
		leader.endRead();
		assertThat(leader.takeOffered()).isNull();
		assertThat(leader.group()).isSameAs(group);
		assertThat(leader.next()).isSameAs(this.first);
		assertThat(leader.endWork()).isTrue();
	}

	@Test
	void whatIsOfferedAfterTheLeadIsLostIsFinishedElsewhere() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.first);
		assertThat(leader.loseIfStuck(-1)).isTrue();
		leader.beginRead();
		assertThat(this.tasks).hasSize(1);
		runNext();
		verify(this.first).sendReply(any());
		verify(this.first).becomeIdleElsewhere();
		leader.endRead();
		assertThat(leader.isEmpty()).isTrue();
	}

	@Test
	void putsThatHaveWaitedForReadsWaitForNoFurtherOne() {
		Leader leader = leading();
		leader.beginWork();
		leader.add(this.first);
		PendingWork held = leader.takeWork();
		Awaitility.await().until(() -> held.heldNanos() > TimeUnit.MILLISECONDS.toNanos(5));
		leader.giveBack(held);
		leader.beginRead();
		assertThat(leader.isLost()).isTrue();
		assertThat(leader.takeOffered()).isNull();
		assertThat(this.tasks).hasSize(1);
		this.loop.close();
		runNext();
		verify(this.first).sendReply(any());
	}

	@Test
	void aReplyThatCannotBeSentConcernsNoOtherClient() {
		willThrow(new IllegalStateException("on purpose")).given(this.first).sendReply(any());
		Leader leader = leading();
		leader.add(this.first);
		leader.add(this.second);
		leader.lose();
		leader.leave();
		runNext();
		verify(this.first).reset(ResetReason.INTERNAL_ERROR);
		verify(this.first).becomeIdleElsewhere();
		verify(this.second).sendReply(any());
		verify(this.second, never()).reset(any());
	}

	// A driver of the store may want a thread as well, and the system give none.
	@Test
	void theLoopHasALeaderAfterAShortageOfThreadsAndAfterResetsThatFail() {
		CommitGroup group = mock(CommitGroup.class);
		willThrow(new OutOfMemoryError("unable to create native thread: on purpose")).willDoNothing()
			.given(group)
			.commit();
		willThrow(new IllegalStateException("on purpose")).given(this.first).reset(any());
		willThrow(new IllegalStateException("on purpose")).given(this.second).becomeIdleElsewhere();
		PendingWork work = new PendingWork(() -> group);
		work.add(this.first, System.nanoTime());
		work.add(this.second, System.nanoTime());
		work.add(this.third, System.nanoTime());
		Leader.leading(work, this.loop::leave, this.loop::answerElsewhere).leave();
		runNext();
		verify(this.first).becomeIdleElsewhere();
		verify(this.second).reset(ResetReason.INTERNAL_ERROR);
		verify(this.third).reset(ResetReason.INTERNAL_ERROR);
		verify(this.third).becomeIdleElsewhere();
		// The next leader.
		assertThat(this.tasks).hasSize(1);
	}

	@Test
	void exhaustedMemoryEndsTheThread() {
		OutOfMemoryError error = new OutOfMemoryError("on purpose");
		CommitGroup group = mock(CommitGroup.class);
		willThrow(error).willDoNothing().given(group).commit();
		Leader.leading(new PendingWork(() -> group), this.loop::leave, this.loop::answerElsewhere).leave();
		assertThatThrownBy(this::runNext).isSameAs(error);
		assertThat(this.tasks).isEmpty();
	}

	private static Connection connection() {
		Connection connection = mock(Connection.class);
		FrameExecution execution = mock(FrameExecution.class);
		given(connection.execution()).willReturn(execution);
		return connection;
	}

	private static CommitGroup group() {
		return mock(CommitGroup.class);
	}

	private Leader leading() {
		return Leader.leading(new PendingWork(LeaderTests::group), this.loop::leave, this.loop::answerElsewhere);
	}

	private static void leavesWhenAnswering(Connection connection) {
		willAnswer((invocation) -> {
			invocation.<Leader>getArgument(0).leave();
			return null;
		}).given(connection).sendReply(any());
	}

	private void execute(Runnable task) {
		if (this.threadsAreShort) {
			throw new RejectedExecutionException("on purpose");
		}
		this.tasks.add(task);
	}

	private void runNext() {
		this.tasks.remove().run();
	}

}

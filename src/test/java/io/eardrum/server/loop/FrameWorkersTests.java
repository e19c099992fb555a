package io.eardrum.server.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.FrameExecution;
import io.eardrum.server.event.ResetReason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link FrameWorkers}, step by step: no thread runs until a test says so.
 */
class FrameWorkersTests {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final AtomicInteger wakeUps = new AtomicInteger();

	private final FrameWorkers workers = new FrameWorkers(this::execute, 1, this.wakeUps::incrementAndGet,
			() -> mock(CommitGroup.class));

	private final Connection first = mock(Connection.class);

	private final Connection second = mock(Connection.class);

	private final FrameExecution firstFrame = mock(FrameExecution.class);

	private final FrameExecution secondFrame = mock(FrameExecution.class);

	/** What a thread that is asked for fails with. */
	private @Nullable Throwable failure;

	@BeforeEach
	void serve() {
		given(this.first.execution()).willReturn(this.firstFrame);
		given(this.second.execution()).willReturn(this.secondFrame);
		given(this.firstFrame.hasFrame()).willReturn(true);
		given(this.secondFrame.hasFrame()).willReturn(true);
	}

	@Test
	void oneThreadServesThoseInLineInTheirOrder() {
		this.workers.add(this.first);
		this.workers.add(this.second);
		assertThat(this.tasks).hasSize(1);
		assertThat(this.workers.isAwaited()).isTrue();
		verify(this.firstFrame).awaitTurn(false);
		verify(this.secondFrame).awaitTurn(true);
		given(this.firstFrame.isPaused()).willReturn(true, false);
		runNext();
		// While the second one is committed, another thread takes the next turn.
		runNext();
		InOrder order = inOrder(this.firstFrame, this.secondFrame);
		order.verify(this.firstFrame).executeTurn(any());
		order.verify(this.secondFrame).executeTurn(any());
		order.verify(this.firstFrame).executeTurn(any());
		assertThat(this.workers.isQuiet()).isTrue();
		assertThat(this.tasks).isEmpty();
	}

	@Test
	void frameIsGivenUpOnceThereAreNoWorkersAnyMore() {
		this.workers.add(this.first);
		this.workers.add(this.second);
		this.workers.close();
		verify(this.second).giveUp();
		this.workers.add(this.second);
		verify(this.second, times(2)).giveUp();
		assertThat(this.workers.isAwaited()).isFalse();
		verify(this.first, never()).giveUp();
	}

	@Test
	void frameKeepsItsPlaceUntilThereIsAThread() {
		for (Throwable shortage : new Throwable[] { new RejectedExecutionException("on purpose"),
				new OutOfMemoryError("unable to create native thread: on purpose"),
				new OutOfMemoryError("unable to create native thread: again, and not logged") }) {
			this.failure = shortage;
			int before = this.wakeUps.get();
			this.workers.add(this.first);
			assertThat(this.tasks).isEmpty();
			assertThat(this.workers.isAwaited()).isTrue();
			// For whoever tries again.
			assertThat(this.wakeUps.get()).isGreaterThan(before);
			this.workers.supervise();
			assertThat(this.tasks).isEmpty();
			this.failure = null;
			this.workers.supervise();
			assertThat(this.tasks).hasSize(1);
			runNext();
			assertThat(this.workers.isQuiet()).isTrue();
		}
		verify(this.firstFrame, times(3)).executeTurn(any());
		verify(this.firstFrame, times(3)).awaitTurn(anyBoolean());
	}

	@Test
	void exhaustedMemoryIsNoShortageOfThreads() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		this.failure = error;
		assertThatThrownBy(() -> this.workers.add(this.first)).isSameAs(error);
	}

	@Test
	void turnEndsOnceAndAnotherThreadBegins() {
		willAnswer((call) -> {
			Turn turn = call.getArgument(0);
			turn.beginWait();
			assertThat(this.tasks).hasSize(1);
			turn.beginWait();
			assertThat(this.tasks).hasSize(1);
			// It has waited: others are served first.
			assertThat(turn.isOver()).isTrue();
			return null;
		}).given(this.firstFrame).executeTurn(any());
		this.workers.add(this.first);
		this.workers.add(this.second);
		runNext();
		verify(this.secondFrame, never()).executeTurn(any());
		runNext();
		verify(this.secondFrame).executeTurn(any());
		assertThat(this.workers.isQuiet()).isTrue();
	}

	@Test
	void frameIsAnsweredBehindItsCommitAndTheConnectionGoesBack() {
		CommitGroup group = mock(CommitGroup.class);
		FrameWorkers answering = new FrameWorkers(this::execute, 1, this.wakeUps::incrementAndGet, () -> group);
		answering.add(this.first);
		runNext();
		InOrder order = inOrder(this.first, this.firstFrame, group);
		order.verify(this.firstFrame).executeTurn(any());
		order.verify(group).commit();
		order.verify(this.first).sendReply(any());
		order.verify(this.first).receiveNext();
		order.verify(this.first).becomeIdleElsewhere();
	}

	@Test
	void connectionThatEndsIsGivenUp() {
		given(this.first.isEnding()).willReturn(true);
		this.workers.add(this.first);
		runNext();
		verify(this.first).giveUp();
		verify(this.firstFrame, never()).executeTurn(any());
		verify(this.first, never()).becomeIdleElsewhere();
	}

	@Test
	void defectConcernsOneConnection() {
		willThrow(new IllegalStateException("on purpose")).given(this.firstFrame).executeTurn(any());
		willThrow(new IllegalStateException("on purpose")).given(this.second).sendReply(any());
		this.workers.add(this.first);
		this.workers.add(this.second);
		runNext();
		verify(this.first).reset(ResetReason.INTERNAL_ERROR);
		verify(this.first).becomeIdleElsewhere();
		verify(this.second).reset(ResetReason.INTERNAL_ERROR);
		verify(this.second).becomeIdleElsewhere();
		assertThat(this.workers.isQuiet()).isTrue();
	}

	private void execute(Runnable task) {
		if (this.failure instanceof RuntimeException rejected) {
			throw rejected;
		}
		if (this.failure instanceof Error error) {
			throw error;
		}
		this.tasks.add(task);
	}

	private void runNext() {
		this.tasks.remove().run();
	}

}

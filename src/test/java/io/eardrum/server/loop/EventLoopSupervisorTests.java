package io.eardrum.server.loop;

import java.util.List;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link EventLoopSupervisor}.
 */
@Timeout(60)
class EventLoopSupervisorTests {

	private static final int PATIENCE_MILLIS = 10_000;

	private final EventLoop first = mock(EventLoop.class);

	private final EventLoop second = mock(EventLoop.class);

	private final EventLoopSupervisor supervisor = new EventLoopSupervisor(List.of(this.first, this.second));

	private final Thread thread = new Thread(this.supervisor, "supervisor");

	private volatile @Nullable Throwable uncaught;

	@AfterEach
	void close() throws InterruptedException {
		this.supervisor.close();
		this.thread.join();
	}

	@Test
	void aLoopThatFailsIsSupervisedAgainAndSoAreTheOthers() {
		willThrow(new IllegalStateException("on purpose")).given(this.first).supervise();
		this.thread.start();
		verify(this.first, timeout(PATIENCE_MILLIS).atLeast(3)).supervise();
		verify(this.second, timeout(PATIENCE_MILLIS).atLeast(3)).supervise();
	}

	@Test
	void exhaustedMemoryIsNotKeptQuiet() throws InterruptedException {
		OutOfMemoryError error = new OutOfMemoryError("on purpose");
		willThrow(error).given(this.first).supervise();
		this.thread.setUncaughtExceptionHandler((failed, ex) -> this.uncaught = ex);
		this.thread.start();
		this.thread.join(PATIENCE_MILLIS);
		assertThat(this.uncaught).isSameAs(error);
	}

	@Test
	void itSleepsWhileAllLoopsAreQuietAndCanBeWoken() {
		given(this.first.isQuiet(anyLong())).willReturn(true);
		given(this.second.isQuiet(anyLong())).willReturn(true);
		this.thread.start();
		Awaitility.await().until(() -> this.thread.getState() == Thread.State.WAITING);
		given(this.first.isQuiet(anyLong())).willReturn(false);
		this.supervisor.wakeUp();
		verify(this.second, timeout(PATIENCE_MILLIS).atLeast(3)).supervise();
		verify(this.first, atLeast(3)).supervise();
	}

}

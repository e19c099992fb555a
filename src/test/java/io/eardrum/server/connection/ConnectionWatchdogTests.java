package io.eardrum.server.connection;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.fixture.CapturedLog;
import io.eardrum.fixture.UncaughtErrors;
import io.eardrum.server.event.ResetReason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link ConnectionWatchdog}.
 */
@Timeout(60)
class ConnectionWatchdogTests {

	private final ConnectionRegistry registry = new ConnectionRegistry(10);

	// Looks at the connections every 2 ms.
	private final ConnectionWatchdog watchdog = new ConnectionWatchdog(this.registry, Duration.ofMillis(8),
			Duration.ZERO);

	private final Connection bad = mock(Connection.class);

	private final Connection good = mock(Connection.class);

	private final CapturedLog log = CapturedLog.ofThreads("eardrum-tcp-watchdog");

	private final UncaughtErrors uncaught = UncaughtErrors.of("eardrum-tcp-watchdog");

	@AfterEach
	void close() {
		this.watchdog.close();
		this.log.close();
		this.uncaught.close();
	}

	@Test
	void connectionThatCannotBeLookedAtKeepsNoOtherFromBeingReset() {
		willThrow(new IllegalStateException("on purpose")).given(this.bad).closeIfOverdue();
		given(this.good.blockedNanos()).willReturn(Duration.ofSeconds(1).toNanos());
		startWithBoth();
		Awaitility.await().untilAsserted(() -> {
			verify(this.bad, atLeast(5)).closeIfOverdue();
			verify(this.good, atLeast(5)).reset(ResetReason.WRITE_TIMEOUT);
		});
		assertThat(this.log.text().split("IllegalStateException: on purpose", -1)).as("times logged").hasSize(2);
		assertThat(this.uncaught.errors()).isEmpty();
	}

	@Test
	void shortageOfThreadsAndOtherErrorsPass() {
		willThrow(new OutOfMemoryError("unable to create native thread: possibly out of memory"))
			.willThrow(new StackOverflowError("on purpose"))
			.given(this.bad)
			.closeIfOverdue();
		startWithBoth();
		Awaitility.await().untilAsserted(() -> verify(this.good, atLeast(5)).closeIfOverdue());
		assertThat(this.uncaught.errors()).isEmpty();
	}

	@Test
	void runningOutOfMemoryIsNotKept() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		// Takes the only line that may be logged in ten seconds.
		willThrow(new IllegalStateException("on purpose")).willThrow(error).given(this.bad).closeIfOverdue();
		startWithBoth();
		Awaitility.await().untilAsserted(() -> assertThat(this.uncaught.errors()).containsExactly(error));
	}

	private void startWithBoth() {
		this.registry.add(this.bad);
		this.registry.add(this.good);
		this.watchdog.start();
	}

}

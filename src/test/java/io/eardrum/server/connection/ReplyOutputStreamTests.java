package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.eardrum.budget.ObjectPool;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.event.ServerObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ReplyOutputStream}: what others see of a client that takes its replies
 * in several parts.
 */
@Timeout(60)
class ReplyOutputStreamTests {

	private static final int WAITS = 500;

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

	/** Nothing is known about a look that took longer: a wait may have come between. */
	private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private final ConnectionChannel channel = mock(ConnectionChannel.class);

	private final SelectionKey key = mock(SelectionKey.class);

	private final LoopRegistration registration = new LoopRegistration();

	private final ReplyOutputStream output = new ReplyOutputStream(this.channel,
			new FrameDecoder(100, new ObjectPool<>(1, () -> new byte[FrameDecoder.LARGE_LENGTH])),
			mock(FrameAccount.class), mock(ServerObserver.class), this.registration);

	/** Before the wait that is under way, and after the one before. */
	private volatile long begunNanos;

	private volatile boolean ended;

	@Test
	void aWaitIsNeverAsOldAsTheOneBefore() throws Exception {
		takeSomethingAfterEachWait();
		Thread writer = new Thread(this::write, "writer");
		writer.start();
		long looks = 0;
		while (!this.ended) {
			long before = System.nanoTime();
			long blocked = this.output.blockedNanos();
			long begun = this.begunNanos;
			long after = System.nanoTime();
			if (blocked > 0 && after - before < LONGEST_LOOK_NANOS) {
				looks++;
				assertThat(blocked).isLessThanOrEqualTo(after - begun);
			}
		}
		writer.join();
		assertThat(looks).isPositive();
	}

	@Test
	void withoutALoopNobodyTellsWhenThereIsRoom() {
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> this.output.write(1));
	}

	@Test
	void connectionThatHasEndedIsNotWaitedFor() throws IOException {
		given(this.key.selector()).willReturn(mock(Selector.class));
		this.registration.set(this.key, () -> {
		});
		this.output.end();
		willAnswer((invocation) -> {
			throw new ClosedChannelException();
		}).given(this.key).interestOpsOr(SelectionKey.OP_WRITE);
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> this.output.write(1));
	}

	private void write() {
		try {
			for (int i = 0; i < WAITS; i++) {
				pause();
				this.begunNanos = System.nanoTime();
				this.output.write(new byte[1], 0, 1);
			}
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		finally {
			this.ended = true;
		}
	}

	// A wake-up of the wait before may end one call early.
	private static void pause() {
		long startedNanos = System.nanoTime();
		while (System.nanoTime() - startedNanos < PAUSE_NANOS) {
			LockSupport.parkNanos(PAUSE_NANOS);
		}
	}

	// Of each byte, nothing is taken at first.
	private void takeSomethingAfterEachWait() throws IOException {
		boolean[] waited = { false };
		given(this.channel.write(any())).willAnswer((invocation) -> {
			ByteBuffer bytes = invocation.getArgument(0);
			if (waited[0]) {
				bytes.position(bytes.limit());
			}
			waited[0] = false;
			return 0;
		});
		willAnswer((invocation) -> {
			waited[0] = true;
			LockSupport.parkNanos(WAIT_NANOS);
			this.output.wakeUp();
			return 0;
		}).given(this.key).interestOpsOr(SelectionKey.OP_WRITE);
		given(this.key.selector()).willReturn(mock(Selector.class));
		this.registration.set(this.key, () -> {
		});
	}

}

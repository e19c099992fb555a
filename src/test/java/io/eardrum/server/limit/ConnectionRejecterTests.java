package io.eardrum.server.limit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.Mockito;

import io.eardrum.server.event.ServerObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link ConnectionRejecter}.
 */
@Timeout(60)
class ConnectionRejecterTests {

	private static final byte[] REPLY = "no\n".getBytes(StandardCharsets.US_ASCII);

	private ServerSocket listener;

	private Socket client;

	private Socket accepted;

	@BeforeEach
	void connect() throws IOException {
		this.listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
		this.client = new Socket(this.listener.getInetAddress(), this.listener.getLocalPort());
		this.client.setSoTimeout(20_000);
		this.accepted = this.listener.accept();
	}

	@AfterEach
	void close() throws IOException {
		this.client.close();
		this.accepted.close();
		this.listener.close();
	}

	// This is the only thread that accepts clients.
	@Test
	void shortageOfThreadsDoesNotReachTheCaller() throws IOException {
		try (ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, mock(ServerObserver.class), (task) -> {
			throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
		})) {
			assertThatNoException().isThrownBy(() -> rejecter.reject(this.accepted));
			assertThat(this.accepted.isClosed()).isTrue();
			assertThat(this.client.getInputStream().readAllBytes()).isEqualTo(REPLY);
		}
	}

	@Test
	void runningOutOfMemoryIsNotKept() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		try (ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, mock(ServerObserver.class), (task) -> {
			throw error;
		})) {
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> rejecter.reject(this.accepted))
				.isSameAs(error);
		}
	}

	@Test
	void clientsThatWaitForTheirEndAreClosedWhenItStops() throws Exception {
		CountDownLatch released = new CountDownLatch(1);
		ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, mock(ServerObserver.class),
				(task) -> new Thread(() -> {
					awaitUninterrupted(released);
					task.run();
				}));
		try {
			for (int i = 0; i < 2; i++) {
				rejecter.reject(mock(Socket.class, Mockito.RETURNS_MOCKS));
			}
			// Both threads are busy.
			rejecter.reject(this.accepted);
			assertThat(this.accepted.isClosed()).isFalse();
			rejecter.close();
			assertThat(this.accepted.isClosed()).isTrue();
			assertThat(this.client.getInputStream().readAllBytes()).isEqualTo(REPLY);
		}
		finally {
			released.countDown();
			rejecter.close();
		}
	}

	// A close while something is unread would be a reset, which may overtake the reply.
	@Test
	void clientThatIsTurnedAwayAtOnceIsToldSoWhateverItHasSent() throws IOException {
		this.client.getOutputStream().write(new byte[1000]);
		Awaitility.await().until(() -> this.accepted.getInputStream().available() == 1000);
		ServerObserver observer = mock(ServerObserver.class);
		try (ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, observer)) {
			rejecter.rejectAtOnce(this.accepted);
			assertThat(this.accepted.isClosed()).isTrue();
			assertThat(this.client.getInputStream().readAllBytes()).isEqualTo(REPLY);
			verify(observer).connectionRejected();
			verify(observer).sent(REPLY.length);
		}
	}

	@Test
	void clientIsClosedInSilenceWhereThereIsNothingToSay() throws IOException {
		ServerObserver observer = mock(ServerObserver.class);
		try (ConnectionRejecter rejecter = new ConnectionRejecter(new byte[0], observer)) {
			rejecter.rejectAtOnce(this.accepted);
			assertThat(this.client.getInputStream().readAllBytes()).isEmpty();
			verify(observer).connectionRejected();
			verify(observer, never()).sent(anyInt());
		}
	}

	@Test
	void clientThatHasGoneByItselfIsNoFailure() throws IOException {
		this.accepted.close();
		ServerObserver observer = mock(ServerObserver.class);
		try (ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, observer)) {
			assertThatNoException().isThrownBy(() -> rejecter.reject(this.accepted));
			assertThatNoException().isThrownBy(() -> rejecter.rejectAtOnce(this.accepted));
		}
		verify(observer, times(2)).connectionRejected();
		verify(observer, never()).sent(anyInt());
	}

	@Test
	void clientIsNotWaitedForOnceTheThreadsHaveEnded() throws IOException {
		ConnectionRejecter rejecter = new ConnectionRejecter(REPLY, mock(ServerObserver.class));
		rejecter.close();
		rejecter.reject(this.accepted);
		assertThat(this.accepted.isClosed()).isTrue();
		assertThat(this.client.getInputStream().readAllBytes()).isEqualTo(REPLY);
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		boolean interrupted = false;
		while (true) {
			try {
				if (latch.await(20, TimeUnit.SECONDS)) {
					break;
				}
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}

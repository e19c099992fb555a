package io.eardrum.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.eardrum.client.MetricClientException.Reason;
import io.eardrum.client.fixture.ScriptedServer;
import io.eardrum.fixture.UncaughtErrors;
import io.eardrum.metric.KeyedPoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PutPipeline} and {@link ClientConnection} with TLS sockets that throw
 * what sockets normally don't throw. Such a socket has no read timeout either, so only
 * the end of the connection ends a wait here.
 */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenTlsTests {

	private static final String READER = "eardrum-replies";

	@ParameterizedTest
	@MethodSource("defects")
	void defectWhileRepliesAreReadEndsTheWaitForThem(Throwable defect) throws IOException {
		InputStream input = failingWhileItIsWaitedFor(defect);
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				UncaughtErrors uncaught = UncaughtErrors.of(READER);
				MetricClient client = connect(server, input, OutputStream.nullOutputStream())) {
			PutPipeline pipeline = client.pipeline((index, rejection) -> {
			});
			pipeline.put(KeyedPoint.of("palm.cpu", 1).at(5));
			MetricClientException failure = MetricClientTests.assertFails(Reason.CLOSED, pipeline::await);
			assertThat(failure).hasMessageContaining(defect.toString()).hasRootCause(defect);
			assertThat(failure.progress()).isEqualTo(new PutProgress(1, 0, 0, -1));
			pipeline.close();
			MetricClientTests.assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
			assertPassedOnIfItIsAnError(defect, uncaught);
		}
	}

	@ParameterizedTest
	@MethodSource("defects")
	void defectWhileRepliesAreReadEndsTheWaitForRoom(Throwable defect) throws IOException {
		InputStream input = failingWhileItIsWaitedFor(defect);
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				UncaughtErrors uncaught = UncaughtErrors.of(READER);
				MetricClient client = connect(server, input, OutputStream.nullOutputStream())) {
			MetricClientException failure = MetricClientTests.assertFails(Reason.CLOSED,
					() -> client.put(points(100_000)));
			assertThat(failure).hasRootCause(defect);
			assertThat(failure.progress()).isNotNull().matches((progress) -> progress.sent() < 100_000);
			assertPassedOnIfItIsAnError(defect, uncaught);
		}
	}

	@Test
	void nothingIsSentAfterAWriteThatHadADefect() throws IOException {
		CountDownLatch closed = new CountDownLatch(1);
		FailingOnce output = new FailingOnce(new IllegalStateException("no more"));
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				MetricClient client = connect(server, waitingFor(closed), output)) {
			PutPipeline pipeline = client.pipeline((index, rejection) -> {
			});
			pipeline.put(KeyedPoint.of("palm.cpu", 1).at(5));
			MetricClientException failure = MetricClientTests.assertFails(Reason.CLOSED, pipeline::flush);
			assertThat(failure).hasRootCause(output.defect);
			pipeline.close();
			assertThat(output.written.toString(StandardCharsets.US_ASCII)).isEmpty();
		}
		finally {
			closed.countDown();
		}
	}

	@Test
	void errorWhileAPointIsSentGoesThroughAndEndsTheConnection() throws IOException {
		CountDownLatch closed = new CountDownLatch(1);
		FailingOnce output = new FailingOnce(new StackOverflowError("on purpose"));
		try (ScriptedServer server = ScriptedServer.start(ScriptedServer.Session::staySilent);
				MetricClient client = connect(server, waitingFor(closed), output)) {
			assertThatExceptionOfType(StackOverflowError.class)
				.isThrownBy(() -> client.put(List.of(KeyedPoint.of("palm.cpu", 1).at(5))));
			assertThat(output.written.toString(StandardCharsets.US_ASCII)).isEmpty();
			MetricClientTests.assertFails(Reason.CLOSED, () -> client.put("palm.cpu", 1, Instant.ofEpochSecond(5)));
		}
		finally {
			closed.countDown();
		}
	}

	@Test
	void handshakeThatHasADefectLeavesNoConnectionOpen() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		SSLSocketFactory factory = mock(SSLSocketFactory.class);
		given(factory.createSocket(any(Socket.class), anyString(), anyInt(), anyBoolean()))
			.willThrow(new IllegalStateException("no provider"));
		try (ScriptedServer server = ScriptedServer.start((session) -> {
			session.staySilent();
			closed.countDown();
		})) {
			ClientOptions options = ClientOptions.of("127.0.0.1", server.port()).withTls(factory);
			assertThatIllegalStateException().isThrownBy(() -> MetricClient.connect(options));
			assertThat(closed.await(5, TimeUnit.SECONDS)).as("the server sees the end").isTrue();
		}
	}

	static Stream<Throwable> defects() {
		return Stream.of(new IllegalStateException("on purpose"), new StackOverflowError("on purpose"),
				new OutOfMemoryError("on purpose"));
	}

	private static void assertPassedOnIfItIsAnError(Throwable defect, UncaughtErrors uncaught) {
		if (defect instanceof Error) {
			Awaitility.await().untilAsserted(() -> assertThat(uncaught.errors()).containsExactly(defect));
		}
		else {
			assertThat(uncaught.errors()).isEmpty();
		}
	}

	private static MetricClient connect(ScriptedServer server, InputStream input, OutputStream output)
			throws IOException {
		SSLSocket socket = mock(SSLSocket.class);
		given(socket.getSSLParameters()).willReturn(new SSLParameters());
		given(socket.getInputStream()).willReturn(input);
		given(socket.getOutputStream()).willReturn(output);
		SSLSocketFactory factory = mock(SSLSocketFactory.class);
		given(factory.createSocket(any(Socket.class), anyString(), anyInt(), anyBoolean())).willReturn(socket);
		return MetricClient.connect(ClientOptions.of("127.0.0.1", server.port()).withTls(factory));
	}

	// Fails as soon as this thread waits, and never earlier.
	private static InputStream failingWhileItIsWaitedFor(Throwable defect) {
		Thread caller = Thread.currentThread();
		return new InputStream() {

			@Override
			public int read() {
				Awaitility.await().until(() -> caller.getState() == Thread.State.WAITING);
				if (defect instanceof Error error) {
					throw error;
				}
				throw (RuntimeException) defect;
			}

			@Override
			public int read(byte[] target, int offset, int length) {
				return read();
			}

		};
	}

	private static InputStream waitingFor(CountDownLatch end) {
		return new InputStream() {

			@Override
			public int read() {
				try {
					end.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				return -1;
			}

			@Override
			public int read(byte[] target, int offset, int length) {
				return read();
			}

		};
	}

	private static List<KeyedPoint> points(int count) {
		return LongStream.range(0, count).mapToObj((i) -> KeyedPoint.of("palm.cpu", (double) i).at(i)).toList();
	}

	/**
	 * Accepts everything except the first write.
	 */
	private static final class FailingOnce extends OutputStream {

		private final Throwable defect;

		private final ByteArrayOutputStream written = new ByteArrayOutputStream();

		private boolean failed;

		private FailingOnce(Throwable defect) {
			this.defect = defect;
		}

		@Override
		public void write(int value) {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) {
			if (this.failed) {
				this.written.write(bytes, offset, length);
				return;
			}
			this.failed = true;
			if (this.defect instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) this.defect;
		}

	}

}

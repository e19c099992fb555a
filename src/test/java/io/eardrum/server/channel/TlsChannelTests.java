package io.eardrum.server.channel;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.eardrum.budget.ObjectPool;
import io.eardrum.fixture.TestSeed;
import io.eardrum.server.fixture.TestCertificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * {@link TlsChannel}, before the JDK's own client.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsChannelTests {

	private static SSLContext context;

	@BeforeAll
	static void createCertificate(@TempDir Path directory) throws Exception {
		TestCertificate certificate = TestCertificate.create(directory, "channel");
		context = TestCertificate.context(certificate, certificate);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void bytesArriveAsTheyWereSentInBothDirections(String protocol) throws Exception {
		long seed = TestSeed.value();
		byte[] sent = new byte[3_000_000];
		new Random(seed).nextBytes(sent);
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<byte[]> echoed = async(() -> {
				SSLSocket client = pair.encrypted(protocol);
				CompletableFuture<Void> sending = async(() -> {
					Random random = new Random(seed);
					int position = 0;
					while (position < sent.length) {
						int length = Math.min(sent.length - position, 1 + random.nextInt(60_000));
						client.getOutputStream().write(sent, position, length);
						position += length;
					}
					return null;
				});
				byte[] received = client.getInputStream().readNBytes(sent.length);
				sending.get();
				client.close();
				return received;
			});
			pair.shakeHands();
			assertThat(pair.channel.isInputEnded()).isFalse();
			ByteBuffer buffer = ByteBuffer.allocate(300_000);
			while (pair.read(buffer) >= 0) {
				pair.write(buffer.flip());
				buffer.clear();
			}
			assertThat(pair.channel.isInputEnded()).isTrue();
			pair.channel.close();
			assertThat(echoed.get()).as("-Deardrum.test.seed=" + seed).isEqualTo(sent);
		}
	}

	@Test
	void handshakeThatComesByteByByteSucceeds() throws Exception {
		try (Pair pair = Pair.connect(1)) {
			CompletableFuture<Integer> answer = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.3");
				client.getOutputStream().write('a');
				return client.getInputStream().read();
			});
			pair.shakeHands();
			ByteBuffer buffer = ByteBuffer.allocate(100_000);
			assertThat(pair.read(buffer)).isEqualTo(1);
			pair.write(buffer.flip());
			assertThat(answer.get()).isEqualTo('a');
		}
	}

	@Test
	void closingIsTold() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<Integer> end = async(() -> pair.encrypted("TLSv1.3").getInputStream().read());
			pair.shakeHands();
			pair.channel.close();
			assertThat(end.get()).isEqualTo(-1);
		}
	}

	@Test
	void theClientsGoodbyeIsKnownTogetherWithWhatItSaidBefore() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			SSLSocket[] client = new SSLSocket[1];
			CompletableFuture<Void> sent = async(() -> {
				client[0] = pair.encrypted("TLSv1.3");
				client[0].getOutputStream().write("last words".getBytes(StandardCharsets.US_ASCII));
				// A goodbye, and the socket stays open.
				client[0].shutdownOutput();
				return null;
			});
			pair.shakeHands();
			sent.get();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
			ByteBuffer buffer = ByteBuffer.allocate(100_000);
			assertThat(pair.read(buffer)).isEqualTo(10);
			assertThat(pair.channel.isInputEnded()).isTrue();
			assertThat(pair.channel.read(buffer)).isEqualTo(-1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "put a 1 1\n", "\u0016GET / HTTP/1.1\r\n", "p" })
	void whatIsNoTlsIsFoundOutAtOnce(String text) throws Exception {
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
			assertThatExceptionOfType(NoTlsException.class).isThrownBy(pair::shakeHands);
		}
	}

	@Test
	void recordOfTheHandshakeIsNoLongerThanOneMayBe() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(new byte[] { 22, 3, 1, (byte) 0xFF, (byte) 0xFF });
			assertThatExceptionOfType(SSLException.class).isThrownBy(pair::shakeHands)
				.withMessageContaining("a record of 65540 bytes");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "16", "1603010200", "160301020001" })
	void clientMayLeaveAnywhereInTheHandshake(String sent) throws Exception {
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(HexFormat.of().parseHex(sent));
			pair.client.shutdownOutput();
			assertThatExceptionOfType(EOFException.class).isThrownBy(pair::shakeHands)
				.withMessageContaining("left during the handshake");
		}
	}

	@Test
	void alertThatClosesEndsTheHandshake() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(HexFormat.of().parseHex("15030300020100"));
			assertThatExceptionOfType(IOException.class).isThrownBy(pair::shakeHands);
		}
	}

	@Test
	void clientWithAnOldVersionIsToldSo() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			// A hello of TLS 1.1, which the JDK itself refuses to send.
			byte[] hello = HexFormat.of().parseHex("160302002f0100002b0302" + "00".repeat(32) + "000004c013c0140100");
			hello[4] = (byte) (hello.length - 5);
			hello[8] = (byte) (hello.length - 9);
			pair.client.getOutputStream().write(hello);
			assertThatExceptionOfType(SSLException.class).isThrownBy(pair::shakeHands);
			byte[] alert = pair.client.getInputStream().readNBytes(7);
			assertThat(alert[0]).as("an alert").isEqualTo((byte) 21);
			assertThat(alert[5]).as("a fatal one").isEqualTo((byte) 2);
		}
	}

	@Test
	void recordsThatWereChangedOnTheWayAreNotTaken() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<SSLSocket> done = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.3");
				client.startHandshake();
				return client;
			});
			pair.shakeHands();
			// One that nobody holds may be closed by the garbage collector, and say so.
			SSLSocket held = done.get();
			pair.client.getOutputStream().write(new byte[] { 23, 3, 3, 0, 20 });
			pair.client.getOutputStream().write(new byte[20]);
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
				ByteBuffer buffer = ByteBuffer.allocate(100_000);
				while (pair.read(buffer) >= 0) {
					buffer.clear();
				}
			});
			assertThat(held.isClosed()).isFalse();
		}
	}

	@Test
	void keysMayBeRenewedForAsLongAsThereIsData() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<Integer> echoed = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.3");
				int count = 0;
				for (int i = 0; i < 200; i++) {
					// Since TLS 1.3 this is new keys, if it is not the first one.
					client.startHandshake();
					client.getOutputStream().write(i);
					count += (client.getInputStream().read() == i) ? 1 : 0;
				}
				return count;
			});
			pair.shakeHands();
			ByteBuffer buffer = ByteBuffer.allocate(100_000);
			for (int i = 0; i < 200; i++) {
				assertThat(pair.read(buffer.clear())).isEqualTo(1);
				pair.write(buffer.flip());
			}
			assertThat(echoed.get()).isEqualTo(200);
		}
	}

	@Test
	void renegotiationEndsTheSession() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<Integer> answered = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.2");
				client.startHandshake();
				// Before TLS 1.3, the second one computes all of it anew.
				client.startHandshake();
				client.getOutputStream().write('a');
				return client.getInputStream().read();
			});
			pair.shakeHands();
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> pair.read(ByteBuffer.allocate(100_000)))
				.withMessageContaining("renegotiation");
			pair.channel.close();
			assertThat(answered).failsWithin(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void newKeysWithoutEndEndTheSession() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<Void> sent = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.3");
				for (int i = 0; i < 1000; i++) {
					client.startHandshake();
				}
				client.getOutputStream().write('a');
				return null;
			});
			pair.shakeHands();
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> pair.read(ByteBuffer.allocate(100_000)))
				.withMessageContaining("without data");
			assertThat(sent).succeedsWithin(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void newKeysOfWhichNobodyTakesTheAnswersEndTheSession() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			CompletableFuture<SSLSocket> connected = async(() -> {
				SSLSocket client = pair.encrypted("TLSv1.3");
				client.startHandshake();
				return client;
			});
			pair.shakeHands();
			SSLSocket client = connected.get();
			pair.fillSendBuffer();
			int rounds = 1000;
			Semaphore taken = new Semaphore(15);
			CompletableFuture<Void> sent = async(() -> {
				// In threes, so that there is data in between, and no more than 45 in one
				// call.
				for (int i = 0; i < rounds; i++) {
					taken.acquire();
					client.startHandshake();
					client.startHandshake();
					client.startHandshake();
					client.getOutputStream().write('a');
				}
				return null;
			});
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
				ByteBuffer buffer = ByteBuffer.allocate(100_000);
				for (int received = 0; received < rounds;) {
					// The system may have found some room again.
					pair.accepted.write(ByteBuffer.allocate(64 * 1024));
					int count = pair.read(buffer.clear());
					received += count;
					taken.release(count);
				}
			}).withMessageContaining("takes none");
			taken.release(rounds);
			assertThat(sent).succeedsWithin(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void aRecordLongerThanAnyMayBeIsRefusedAtItsHeader() throws Exception {
		int longest = 16 * 1024 + 2048;
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(header(longest + 1));
			assertThatExceptionOfType(SSLException.class).isThrownBy(pair::shakeHands)
				.withMessageContaining("a record of " + (longest + 6) + " bytes");
		}
		try (Pair pair = Pair.connect(null)) {
			pair.client.getOutputStream().write(header(longest));
			assertThat(pair.channel.handshake()).isFalse();
		}
	}

	@Test
	void anUnfinishedRecordHoldsNoMoreThanHasComeAndIsForgottenWhenItIsRead() throws Exception {
		try (Pair pair = Pair.connect(null)) {
			assertThat(pair.channel.unfinishedBytes()).isZero();
			pair.client.getOutputStream().write(header(16_000));
			holds(pair, 5, 1024);
			for (int sent = 5; sent < 15_000; sent += 1000) {
				pair.client.getOutputStream().write(new byte[1000]);
				holds(pair, sent + 1000, Math.max(1024, 2 * (sent + 1000)));
			}
			assertThat(pair.channel.unfinishedBytes()).isLessThanOrEqualTo(16_005);
		}
		try (Pair pair = Pair.connect(null)) {
			SSLSocket socket = pair.encrypted("TLSv1.3");
			CompletableFuture<Void> client = async(() -> {
				socket.startHandshake();
				socket.getOutputStream().write(new byte[100]);
				return null;
			});
			pair.shakeHands();
			client.get(10, TimeUnit.SECONDS);
			ByteBuffer target = ByteBuffer.allocate(200_000);
			while (target.position() < 100) {
				pair.read(target);
			}
			assertThat(pair.channel.unfinishedBytes()).isZero();
			// The start of a record that never ends.
			pair.client.getOutputStream().write(new byte[] { 23, 3, 3, 64, 0, 1, 2, 3 });
			while (pair.channel.unfinishedBytes() < 8) {
				assertThat(pair.channel.read(target)).isZero();
			}
			assertThat(pair.channel.unfinishedBytes()).isEqualTo(8);
		}
	}

	private static void holds(Pair pair, int atLeast, int atMost) throws IOException {
		while (pair.channel.unfinishedBytes() < atLeast) {
			assertThat(pair.channel.handshake()).isFalse();
		}
		assertThat(pair.channel.unfinishedBytes()).isLessThanOrEqualTo(atMost);
	}

	private static byte[] header(int length) {
		return new byte[] { 22, 3, 3, (byte) (length >> Byte.SIZE), (byte) length };
	}

	// Which its loop would take for one of its own, and reset others because of it.
	@Test
	void defectOfTheEngineIsAFailureOfItsConnection() throws Exception {
		SSLEngine engine = mock(SSLEngine.class);
		given(engine.getHandshakeStatus()).willReturn(SSLEngineResult.HandshakeStatus.NEED_UNWRAP);
		given(engine.unwrap(any(ByteBuffer.class), any(ByteBuffer.class)))
			.willThrow(new IllegalStateException("on purpose"));
		try (Pair pair = Pair.connect(null)) {
			TlsChannel channel = new TlsChannel(pair.accepted, engine,
					new ObjectPool<>(4, () -> new byte[TlsChannel.BUFFER_LENGTH]), Runnable::run);
			pair.client.getOutputStream().write(new byte[] { 22, 3, 3, 0, 1, 0 });
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
				while (!channel.handshake()) {
					Pair.pause();
				}
			}).withMessageContaining("on purpose");
			pair.client.getOutputStream().write(new byte[] { 23, 3, 3, 0, 1, 0 });
			assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
				while (channel.read(ByteBuffer.allocate(200_000)) == 0) {
					Pair.pause();
				}
			}).withMessageContaining("on purpose");
		}
	}

	private static <T> CompletableFuture<T> async(Callable<T> task) {
		CompletableFuture<T> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(task.call());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return result;
	}

	/**
	 * A client's socket and the channel before it.
	 */
	private static final class Pair implements AutoCloseable {

		private final Socket client;

		private final SocketChannel accepted;

		private final TlsChannel channel;

		private Pair(Socket client, SocketChannel accepted) throws IOException {
			this.client = client;
			this.accepted = accepted;
			accepted.configureBlocking(false);
			SSLEngine engine = context.createSSLEngine();
			engine.setUseClientMode(false);
			this.channel = new TlsChannel(accepted, engine,
					new ObjectPool<>(4, () -> new byte[TlsChannel.BUFFER_LENGTH]), Runnable::run);
		}

		// With a relay that passes on so many bytes at a time, or none.
		static Pair connect(@Nullable Integer segment) throws IOException {
			try (ServerSocketChannel server = ServerSocketChannel.open()) {
				server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
				int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
				if (segment == null) {
					Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
					return new Pair(client, server.accept());
				}
				Relay relay = new Relay(port, segment);
				Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port());
				return new Pair(client, server.accept());
			}
		}

		SSLSocket encrypted(String protocol) throws IOException {
			SSLSocket socket = (SSLSocket) context.getSocketFactory()
				.createSocket(this.client, "127.0.0.1", this.client.getPort(), false);
			socket.setEnabledProtocols(new String[] { protocol });
			return socket;
		}

		void shakeHands() throws IOException {
			while (!this.channel.handshake()) {
				pause();
			}
		}

		int read(ByteBuffer target) throws IOException {
			int count = this.channel.read(target);
			while (count == 0) {
				pause();
				count = this.channel.read(target);
			}
			return count;
		}

		void write(ByteBuffer source) throws IOException {
			this.channel.write(source);
			while (source.hasRemaining() || this.channel.hasUnsent()) {
				pause();
				this.channel.write(source);
			}
		}

		// Until the system has taken nothing more for some time.
		void fillSendBuffer() throws IOException {
			ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
			for (int refused = 0; refused < 100;) {
				refused = (this.accepted.write(bytes.clear()) > 0) ? 0 : refused + 1;
				pause();
			}
		}

		private static void pause() {
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
			this.client.close();
		}

	}

	/**
	 * Passes on what comes in small segments.
	 */
	private static final class Relay {

		private final ServerSocketChannel listener = ServerSocketChannel.open();

		@SuppressWarnings("unused") // It ends with the sockets.
		private final CompletableFuture<Void> passing;

		Relay(int target, int segment) throws IOException {
			this.listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			this.passing = async(() -> {
				try (Socket from = this.listener.accept().socket();
						Socket to = new Socket(InetAddress.getLoopbackAddress(), target)) {
					to.setTcpNoDelay(true);
					CompletableFuture<Void> back = async(() -> {
						to.getInputStream().transferTo(from.getOutputStream());
						return null;
					});
					byte[] buffer = new byte[segment];
					int count = from.getInputStream().read(buffer);
					while (count >= 0) {
						to.getOutputStream().write(buffer, 0, count);
						count = from.getInputStream().read(buffer);
					}
					back.get();
				}
				return null;
			});
		}

		int port() throws IOException {
			return ((InetSocketAddress) this.listener.getLocalAddress()).getPort();
		}

	}

}

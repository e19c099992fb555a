package io.eardrum.server.channel;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.eardrum.budget.ObjectPool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link TlsChannel} with an engine and a socket that do what a test says, as
 * the real ones seldom do. What the engine encrypts stays as it is.
 */
class TlsChannelEngineTests {

	private final SocketChannel socket = mock(SocketChannel.class);

	private final SSLEngine engine = mock(SSLEngine.class);

	private final SSLSession session = mock(SSLSession.class);

	private final TlsChannel channel = new TlsChannel(this.socket, this.engine,
			new ObjectPool<>(4, () -> new byte[TlsChannel.BUFFER_LENGTH]), Runnable::run);

	/** What comes at the next read. */
	private String coming = "";

	/** What the system tells of before that. */
	private String there = "";

	private Status status = Status.OK;

	private HandshakeStatus next = HandshakeStatus.NOT_HANDSHAKING;

	@BeforeEach
	void answer() throws IOException {
		Socket plain = mock(Socket.class);
		given(this.socket.socket()).willReturn(plain);
		given(plain.getInputStream()).willAnswer((call) -> new ByteArrayInputStream(bytes(this.there)));
		given(this.socket.read(any(ByteBuffer.class))).willAnswer((call) -> {
			ByteBuffer target = call.getArgument(0);
			int count = Math.min(this.coming.length(), target.remaining());
			target.put(bytes(this.coming), 0, count);
			this.coming = this.coming.substring(count);
			return count;
		});
		given(this.session.getPacketBufferSize()).willReturn(16 * 1024);
		given(this.session.getProtocol()).willReturn("TLSv1.3");
		given(this.engine.getSession()).willReturn(this.session);
		given(this.engine.getHandshakeStatus()).willReturn(HandshakeStatus.NOT_HANDSHAKING);
		given(this.engine.unwrap(any(ByteBuffer.class), any(ByteBuffer.class)))
			.willAnswer((call) -> move(call.getArgument(0), call.getArgument(1)));
		given(this.engine.wrap(any(ByteBuffer.class), any(ByteBuffer.class)))
			.willAnswer((call) -> move(call.getArgument(0), call.getArgument(1)));
	}

	private SSLEngineResult move(ByteBuffer source, ByteBuffer target) {
		int count = (this.status == Status.OK) ? source.remaining() : 0;
		if (count > 0) {
			target.put(source);
		}
		return new SSLEngineResult(this.status, this.next, count, count);
	}

	@Test
	void byteThatALookFindsIsDecryptedWithTheOthers() throws IOException {
		this.coming = "abc";
		this.channel.look();
		// A look during the handshake would take a byte away from it.
		assertThat(this.channel.hasAhead()).isFalse();
		assertThat(this.channel.handshake()).isTrue();
		this.channel.look();
		assertThat(this.channel.hasAhead()).isTrue();
		assertThat(this.channel.unfinishedBytes()).isEqualTo(1);
		this.channel.look();
		assertThat(this.coming).isEqualTo("bc");
		ByteBuffer target = ByteBuffer.allocate(TlsChannel.MIN_ROOM);
		assertThat(this.channel.read(target)).isEqualTo(3);
		assertThat(new String(target.array(), 0, 3, StandardCharsets.ISO_8859_1)).isEqualTo("abc");
		assertThat(this.channel.hasAhead()).isFalse();
		assertThat(this.channel.unfinishedBytes()).isZero();
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
	}

	@Test
	void whatTheSystemTellsOfIsNotLookedFor() throws IOException {
		assertThat(this.channel.handshake()).isTrue();
		this.there = "a";
		this.coming = "a";
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
		verify(this.socket, never()).read(any(ByteBuffer.class));
	}

	@Test
	void endIsLeftForAReadToFind() throws IOException {
		assertThat(this.channel.handshake()).isTrue();
		given(this.socket.read(any(ByteBuffer.class))).willReturn(-1);
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
		assertThat(this.channel.read(ByteBuffer.allocate(TlsChannel.MIN_ROOM))).isEqualTo(-1);
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
	}

	@Test
	void noMoreIsReadThanMayBe() throws IOException {
		this.coming = "abcdef";
		this.channel.setMaxRead(2);
		assertThat(this.channel.read(ByteBuffer.allocate(2 * TlsChannel.MIN_ROOM))).isEqualTo(2);
		assertThat(this.coming).isEqualTo("cdef");
	}

	@Test
	void nothingIsReadWithoutRoomForARecord() throws IOException {
		this.coming = "abc";
		assertThat(this.channel.read(ByteBuffer.allocate(TlsChannel.MIN_ROOM - 1))).isZero();
		assertThat(this.coming).isEqualTo("abc");
	}

	@Test
	void recordLongerThanThereMayBeIsRefused() {
		this.coming = "abc";
		this.status = Status.BUFFER_OVERFLOW;
		assertThatExceptionOfType(SSLException.class)
			.isThrownBy(() -> this.channel.read(ByteBuffer.allocate(TlsChannel.MIN_ROOM)))
			.withMessage("a record longer than there may be");
	}

	@Test
	void newKeysMayHaveToBeComputed() throws IOException {
		Runnable task = mock(Runnable.class);
		given(this.engine.getDelegatedTask()).willReturn(task, (Runnable) null);
		this.coming = "abc";
		this.next = HandshakeStatus.NEED_TASK;
		assertThat(this.channel.read(ByteBuffer.allocate(TlsChannel.MIN_ROOM))).isEqualTo(3);
		verify(task).run();
	}

	@Test
	void recordThatTheHandshakeDoesNotExpectEndsIt() {
		given(this.engine.getHandshakeStatus()).willReturn(HandshakeStatus.NEED_UNWRAP);
		this.coming = "\u0016\u0003\u0003\u0000\u0001x";
		this.status = Status.BUFFER_UNDERFLOW;
		assertThatExceptionOfType(SSLException.class).isThrownBy(this.channel::handshake)
			.withMessage("a record that the handshake does not expect: BUFFER_UNDERFLOW");
	}

	@Test
	void clientMayCloseDuringTheHandshake() {
		given(this.engine.getHandshakeStatus()).willReturn(HandshakeStatus.NEED_UNWRAP);
		this.coming = "\u0015\u0003\u0003\u0000\u0001x";
		this.status = Status.CLOSED;
		assertThatExceptionOfType(EOFException.class).isThrownBy(this.channel::handshake)
			.withMessage("the client closed during the handshake");
	}

	@Test
	void clientThatDoesNotTakeTheHandshakeIsNotWaitedFor() throws IOException {
		given(this.engine.getHandshakeStatus()).willReturn(HandshakeStatus.NEED_WRAP);
		given(this.engine.wrap(any(ByteBuffer.class), any(ByteBuffer.class))).willAnswer((call) -> {
			call.<ByteBuffer>getArgument(1).put((byte) 'a');
			return new SSLEngineResult(Status.OK, HandshakeStatus.NEED_WRAP, 0, 1);
		});
		assertThatIOException().isThrownBy(this.channel::handshake)
			.withMessage("the client does not take the handshake");
		assertThat(this.channel.hasUnsent()).isTrue();
	}

	@Test
	void recordThatTheBufferDoesNotTakeIsNotSent() throws IOException {
		this.status = Status.BUFFER_OVERFLOW;
		assertThatExceptionOfType(SSLException.class)
			.isThrownBy(() -> this.channel.write(ByteBuffer.wrap(bytes("abc"))))
			.withMessageContaining("a record of more than");
		verify(this.socket, never()).write(any(ByteBuffer.class));
	}

	@Test
	void goodbyeIsSaidBeforeTheOutputEnds() throws IOException {
		assertThat(this.channel.handshake()).isTrue();
		given(this.socket.write(any(ByteBuffer.class))).willAnswer((call) -> {
			ByteBuffer source = call.getArgument(0);
			int count = source.remaining();
			source.position(source.limit());
			return count;
		});
		given(this.engine.wrap(any(ByteBuffer.class), any(ByteBuffer.class))).willAnswer((call) -> {
			call.<ByteBuffer>getArgument(1).put((byte) 'a');
			return new SSLEngineResult(Status.CLOSED, HandshakeStatus.NOT_HANDSHAKING, 0, 1);
		});
		this.channel.endOutput();
		verify(this.engine).closeOutbound();
		verify(this.socket).write(any(ByteBuffer.class));
		verify(this.socket).shutdownOutput();
		assertThat(this.channel.hasUnsent()).isFalse();
	}

	@Test
	void goodbyeThatCannotBeSaidIsNoFailure() throws IOException {
		given(this.socket.isOpen()).willReturn(true, false);
		assertThat(this.channel.isOpen()).isTrue();
		assertThat(this.channel.handshake()).isTrue();
		this.status = Status.CLOSED;
		this.channel.close();
		verify(this.socket).close();
		assertThat(this.channel.isOpen()).isFalse();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}

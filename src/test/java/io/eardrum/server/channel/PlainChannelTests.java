package io.eardrum.server.channel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link PlainChannel}, with a socket in which bytes come when a test says so.
 */
class PlainChannelTests {

	private final SocketChannel socket = mock(SocketChannel.class);

	private final PlainChannel channel = new PlainChannel(this.socket);

	/** What the socket has before somebody looks. */
	private byte[] there = {};

	/** What comes between a look and the read that follows. */
	private String coming = "";

	private boolean ended;

	@BeforeEach
	void answer() throws IOException {
		Socket plain = mock(Socket.class);
		given(this.socket.socket()).willReturn(plain);
		given(plain.getInputStream()).willAnswer((call) -> new ByteArrayInputStream(this.there));
		given(this.socket.read(any(ByteBuffer.class))).willAnswer((call) -> {
			ByteBuffer target = call.getArgument(0);
			byte[] bytes = this.coming.getBytes(StandardCharsets.ISO_8859_1);
			int count = Math.min(bytes.length, target.remaining());
			target.put(bytes, 0, count);
			this.coming = this.coming.substring(count);
			return (count == 0 && this.ended) ? -1 : count;
		});
	}

	@Test
	void byteThatALookFindsIsReadBeforeTheOthers() throws IOException {
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
		this.coming = "\u00ffab";
		this.channel.look();
		assertThat(this.channel.hasAhead()).isTrue();
		// One is taken, however often somebody looks.
		this.channel.look();
		assertThat(this.coming).isEqualTo("ab");
		ByteBuffer target = ByteBuffer.allocate(10);
		assertThat(this.channel.read(target)).isEqualTo(3);
		assertThat(new String(target.array(), 0, 3, StandardCharsets.ISO_8859_1)).isEqualTo("\u00ffab");
		assertThat(this.channel.hasAhead()).isFalse();
		assertThat(this.channel.read(target)).isZero();
	}

	@Test
	void byteThatALookHasFoundIsThereBeforeTheEnd() throws IOException {
		this.coming = "a";
		this.ended = true;
		this.channel.look();
		ByteBuffer target = ByteBuffer.allocate(10);
		assertThat(this.channel.read(target)).isEqualTo(1);
		assertThat(this.channel.isInputEnded()).isTrue();
		assertThat(this.channel.read(target)).isEqualTo(-1);
		// The end is left for a read to find.
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
	}

	@Test
	void whatTheSystemTellsOfIsNotLookedFor() throws IOException {
		this.there = new byte[] { 'a' };
		this.coming = "a";
		this.channel.look();
		assertThat(this.channel.hasAhead()).isFalse();
		verify(this.socket, never()).read(any(ByteBuffer.class));
	}

	@Test
	void noMoreIsReadThanMayBe() throws IOException {
		this.coming = "abcdef";
		this.channel.setMaxRead(2);
		ByteBuffer target = ByteBuffer.allocate(10);
		assertThat(this.channel.read(target)).isEqualTo(2);
		assertThat(target.limit()).isEqualTo(10);
		assertThat(this.channel.read(target.limit(3))).isEqualTo(1);
	}

	@Test
	void nothingStaysHere() throws IOException {
		assertThat(this.channel.unfinishedBytes()).isZero();
		assertThat(this.channel.hasUnsent()).isFalse();
		given(this.socket.isOpen()).willReturn(true, false);
		assertThat(this.channel.isOpen()).isTrue();
		this.channel.close();
		verify(this.socket).close();
		assertThat(this.channel.isOpen()).isFalse();
	}

}

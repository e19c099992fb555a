package io.eardrum.server.connection;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import io.eardrum.budget.ObjectPool;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.command.Frame;
import io.eardrum.server.event.ServerObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link FrameInput}.
 */
class FrameInputTests {

	private final ObjectPool<byte[]> buffers = new ObjectPool<>(1, () -> new byte[FrameDecoder.LARGE_LENGTH]);

	private final Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS), OutputStream.nullOutputStream(),
			mock(ServerObserver.class), null);

	@Test
	void aConnectionThatWaitsHoldsNothingOfItsLastFrame() throws IOException {
		FrameInput input = stream("put a 1 1\nget a\n");
		input.receive();
		assertThat(input.readFrame().source()).hasSize(FrameDecoder.LARGE_LENGTH);
		assertThat(input.readFrame().to()).isEqualTo(16);
		input.release();
		assertThat(this.frame.source()).isEmpty();
		assertThat(this.frame.to()).isZero();
	}

	@Test
	void aFrameThatWasCopiedIsForgottenToo() throws IOException {
		FrameInput input = stream("put a 1 1\nge");
		input.receive();
		input.readFrame();
		input.shrinkIfSmall();
		assertThat(this.frame.source()).hasSize(12);
		input.release();
		assertThat(this.frame.source()).isEmpty();
		assertThat(input.heldBytes()).isEqualTo(2);
	}

	private FrameInput stream(String lines) throws IOException {
		ReadableByteChannel source = Channels
			.newChannel(new ByteArrayInputStream(lines.getBytes(StandardCharsets.US_ASCII)));
		ConnectionChannel channel = mock(ConnectionChannel.class);
		willAnswer((invocation) -> source.read(invocation.getArgument(0, ByteBuffer.class))).given(channel).read(any());
		return new FrameInput(channel, new FrameDecoder(100, this.buffers), this.frame);
	}

}

package io.eardrum.server.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.command.AbortedReply;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.command.SoleTurn;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.fixture.Budgets;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.fixture.TimestampChecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

class CommandServiceActivatorTests {

	private final MetricRepository repository = mock(MetricRepository.class);

	private final ServerObserver observer = mock(ServerObserver.class);

	private final CommandServiceActivator activator = new CommandServiceActivator(this.repository,
			TimestampChecks.UNLIMITED, Budgets.patterns());

	@Test
	void resetsTheConnectionAfterADefectInsteadOfFallingSilent() {
		Frame frame = frame("put a 1 1");
		Reply reply = this.activator.execute(frame);
		assertThat(reply.isLast()).isTrue();
		assertThatExceptionOfType(AbortedReply.AbortedReplyException.class)
			.isThrownBy(() -> reply.writeTo(OutputStream.nullOutputStream()))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(ResetReason.INTERNAL_ERROR));
		verify(this.observer).frameHandled(any(), anyLong());
	}

	@Test
	void countsAFrameBeforeItsReplyIsSent() throws IOException {
		Frame frame = frame("put a 1 1\n");
		Reply reply = this.activator.execute(frame);
		assertThat(reply.isLast()).isFalse();
		frame.turn().group().commit();
		reply.writeTo(new OutputStream() {

			@Override
			public void write(int value) {
				verify(CommandServiceActivatorTests.this.observer).frameHandled(any(), anyLong());
			}

		});
		verify(this.observer).frameHandled(any(), anyLong());
	}

	private Frame frame(String lines) {
		byte[] source = lines.getBytes(StandardCharsets.US_ASCII);
		Frame frame = new Frame(new CommandParser(ProtocolLimits.DEFAULTS), OutputStream.nullOutputStream(),
				this.observer, null);
		frame.setTurn(new SoleTurn(this.activator::newGroup));
		frame.set(source, 0, source.length, false);
		return frame;
	}

}

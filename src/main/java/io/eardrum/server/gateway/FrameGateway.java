package io.eardrum.server.gateway;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.integration.ip.tcp.inbound.TcpInboundGateway;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;

/**
 * The gateway of the port. It sends each frame through the channel, and returns what the
 * service activator replies on the same thread.
 * <p>
 * Implementation note: the framework makes a reply channel for each message, and copies
 * all headers four times on the way there and back, which took as long as everything else
 * that a put of one line needs. Here the reply channel is in the headers of the
 * connection, which are one object for all of its messages.
 */
public final class FrameGateway extends TcpInboundGateway {

	@Override
	protected @Nullable Message<?> sendAndReceiveMessage(Object object) {
		Message<?> request = (Message<?>) object;
		Replies replies = (Replies) Objects.requireNonNull(request.getHeaders().getReplyChannel());
		Objects.requireNonNull(getRequestChannel()).send(request);
		return replies.take();
	}

	/**
	 * Holds the reply to a frame of one connection. Used by one thread at a time.
	 */
	static final class Replies implements MessageChannel {

		private @Nullable Message<?> reply;

		@Override
		public boolean send(Message<?> message, long timeout) {
			this.reply = message;
			return true;
		}

		@Nullable Message<?> take() {
			Message<?> taken = this.reply;
			this.reply = null;
			return taken;
		}

	}

}

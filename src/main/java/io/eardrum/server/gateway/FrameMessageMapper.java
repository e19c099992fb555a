package io.eardrum.server.gateway;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.integration.ip.tcp.connection.TcpConnection;
import org.springframework.integration.ip.tcp.connection.TcpMessageMapper;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

/**
 * Makes a message of a frame. Its headers are those of the connection: the id, by which
 * the gateway finds the connection again, and the reply channel. Safe for any number of
 * threads.
 */
public final class FrameMessageMapper extends TcpMessageMapper {

	@Override
	public Message<?> toMessage(TcpConnection connection, @Nullable Map<String, Object> headers) {
		Object frame = Objects.requireNonNull(connection.getPayload());
		return new GenericMessage<>(frame, ((GatewayConnection) connection).headers());
	}

	@Override
	public Object fromMessage(Message<?> message) {
		return message.getPayload();
	}

}

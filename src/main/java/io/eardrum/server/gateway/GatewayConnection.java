package io.eardrum.server.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.serializer.Serializer;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.integration.ip.tcp.connection.TcpNetConnection;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Reply;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.FrameHandler;

/**
 * A {@link Connection} as the framework sees it. It sends the frames of the connection
 * through the inbound gateway, which brings the replies back on the same thread. It reads
 * and writes nothing itself.
 */
public final class GatewayConnection extends TcpNetConnection implements FrameHandler {

	/**
	 * Ignores the framework's events, because publishing one takes as long as everything
	 * else that is done for a client that only comes and goes.
	 */
	private static final ApplicationEventPublisher NOBODY = (event) -> {
	};

	private final Connection connection;

	private final FrameInputStream input = new FrameInputStream();

	private final MessageHeaders headers;

	private @Nullable Reply reply;

	/**
	 * Creates the framework's side of a connection, and becomes the handler of its
	 * frames.
	 * @param connection the connection
	 * @param factoryName the name of the factory that has accepted it
	 */
	public GatewayConnection(Connection connection, @Nullable String factoryName) {
		super(connection.channel().socket(), true, false, NOBODY, factoryName);
		this.connection = connection;
		this.headers = new ConnectionHeaders(getConnectionId());
		connection.handleBy(this);
	}

	Connection connection() {
		return this.connection;
	}

	// The headers that every message of this connection has.
	MessageHeaders headers() {
		return this.headers;
	}

	@Override
	protected InputStream inputStream() {
		return this.input;
	}

	@Override
	public @Nullable Reply handle(Frame frame) {
		this.input.set(frame);
		try {
			TcpListener listener = getListener();
			Message<?> message = getMapper().toMessage(this);
			if (listener != null && message != null) {
				listener.onMessage(message);
			}
			return this.reply;
		}
		finally {
			this.input.set(null);
			this.reply = null;
		}
	}

	// Only keeps the reply: the connection sends it when the group has been committed.
	@Override
	public void send(Message<?> message) {
		this.reply = (Reply) message.getPayload();
	}

	@Override
	@SuppressWarnings("unchecked")
	public void write(Reply due, OutputStream output) throws IOException {
		((Serializer<Reply>) getSerializer()).serialize(due, output);
	}

	@Override
	public void close() {
		this.connection.close();
	}

	// Also informs the framework, which looks for the connection as long as a reply may
	// come.
	@Override
	public void closeSocket() {
		super.close();
	}

	/**
	 * Headers without an id and without a timestamp, because nothing reads them, and a
	 * random id costs more than the frame.
	 */
	private static final class ConnectionHeaders extends MessageHeaders {

		ConnectionHeaders(String connectionId) {
			super(Map.of(IpHeaders.CONNECTION_ID, connectionId, REPLY_CHANNEL, new FrameGateway.Replies()),
					ID_VALUE_NONE, -1L);
		}

	}

}

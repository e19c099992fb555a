package io.eardrum.server.connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

import org.springframework.messaging.support.GenericMessage;

import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.TestClient;
import io.eardrum.server.channel.ObjectPool;
import io.eardrum.server.command.Frame;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.gateway.CommandServiceActivator;
import io.eardrum.server.gateway.FrameMessageMapper;
import io.eardrum.server.gateway.GatewayConnection;
import io.eardrum.server.gateway.LineSerializer;

import static org.mockito.Mockito.mock;

/**
 * Connections of the server, each with its client at the other end, and without the port
 * and the gateway that they have otherwise: a frame goes to the service activator
 * directly. No loop serves them until a test says so. Their buffers are small, so that a
 * client that doesn't read is felt soon.
 */
public final class ConnectionPairs implements AutoCloseable {

	private static final int BUFFER_LENGTH = 4096;

	private final ConnectionRegistry registry;

	private final CommandServiceActivator activator;

	private final ServerSocketChannel listener;

	private final List<TestClient> clients = new ArrayList<>();

	public ConnectionPairs(ConnectionRegistry registry, CommandServiceActivator activator) throws IOException {
		this.registry = registry;
		this.activator = activator;
		this.listener = ServerSocketChannel.open();
		this.listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
	}

	/**
	 * Connects a client.
	 * @param buffers where the connection takes the buffer from that it receives with
	 * @return both ends
	 * @throws IOException if that fails
	 */
	public Pair connect(ObjectPool<byte[]> buffers) throws IOException {
		int port = ((InetSocketAddress) this.listener.getLocalAddress()).getPort();
		TestClient client = TestClient.connectWithSmallReceiveBuffer(port, BUFFER_LENGTH);
		this.clients.add(client);
		SocketChannel channel = this.listener.accept();
		channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_LENGTH);
		ServerObserver observer = mock(ServerObserver.class);
		Connection connection = new Connection(channel, null, this.registry.port(observer),
				new CommandParser(ProtocolLimits.DEFAULTS),
				new FrameDecoder(ProtocolLimits.DEFAULTS.maxLineLength(), buffers), true);
		LineSerializer serializer = new LineSerializer();
		GatewayConnection gateway = new GatewayConnection(connection, "test");
		gateway.setMapper(new FrameMessageMapper());
		gateway.setSerializer(serializer);
		gateway.setDeserializer(serializer);
		gateway.registerListener(
				(message) -> gateway.send(new GenericMessage<>(this.activator.execute((Frame) message.getPayload()))));
		this.registry.add(connection);
		return new Pair(client, connection, observer);
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		for (TestClient client : this.clients) {
			client.close();
		}
	}

	/**
	 * Both ends of a connection.
	 *
	 * @param client the client's
	 * @param connection the server's
	 * @param observer is told what happens on it
	 */
	public record Pair(TestClient client, Connection connection, ServerObserver observer) {

	}

}

package io.eardrum.server.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.Executor;

import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpConnectionSupport;
import org.springframework.integration.ip.tcp.connection.TcpNetServerConnectionFactory;
import org.springframework.messaging.MessagingException;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.ObjectPool;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.channel.TlsAcceptor;
import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.connection.Connection;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.connection.FrameDecoder;
import io.eardrum.server.connection.Port;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ConnectionRejecter;
import io.eardrum.server.loop.EventLoopGroup;

/**
 * Listens on a TCP port and makes a {@link Connection} for each client, which an event
 * loop serves. It listens once {@link #start()} has returned; that method throws
 * {@link PortBindException} if it can't listen.
 * <p>
 * Implementation note: the framework keeps all connections in a map of its own and sweeps
 * over all of them whenever it accepts another one. They are kept in the
 * {@link ConnectionRegistry} instead, which a connection leaves when it ends, and the map
 * of the framework stays empty.
 */
public final class FrameConnectionFactory extends TcpNetServerConnectionFactory {

	private static final int BACKLOG = 1024;

	private static final int MAX_POOLED_BUFFERS = 64;

	/**
	 * Limits what the system holds for a client that does not read, which otherwise may
	 * be megabytes, and how much of it such a client has to read before a write goes on.
	 */
	private static final int SEND_BUFFER_LENGTH = 256 * 1024;

	/** A client that has vanished is noticed in two minutes instead of two hours. */
	private static final int KEEP_ALIVE_IDLE_SECONDS = 60;

	private static final int KEEP_ALIVE_INTERVAL_SECONDS = 10;

	private static final int KEEP_ALIVE_PROBES = 6;

	private final PortSettings settings;

	private final @Nullable TlsAcceptor tls;

	private final ConnectionRegistry registry;

	private final ServerObserver observer;

	private final EventLoopGroup loops;

	private final Port port;

	private final ConnectionRejecter rejecter;

	private final ObjectPool<byte[]> largeBuffers = new ObjectPool<>(pooledBuffers(HeapBudget.keptBytes()),
			() -> new byte[FrameDecoder.LARGE_LENGTH]);

	private volatile @Nullable ServerSocket boundSocket;

	/**
	 * Creates a factory, which does not listen yet.
	 * @param settings where it listens, and how it talks
	 * @param tls encrypts connections, or {@code null} for plain TCP
	 * @param registry knows the connections of all ports
	 * @param observer counts what happens on the port
	 * @param loops serve the connections
	 */
	public FrameConnectionFactory(PortSettings settings, @Nullable TlsAcceptor tls, ConnectionRegistry registry,
			ServerObserver observer, EventLoopGroup loops) {
		super(settings.port());
		this.loops = loops;
		this.settings = settings;
		this.tls = tls;
		this.registry = registry;
		this.observer = observer;
		this.port = registry.port(observer);
		boolean told = settings.answering() && tls == null;
		this.rejecter = new ConnectionRejecter(told ? ReplyWriter.tooManyConnections() : new byte[0], observer);
		setBacklog(BACKLOG);
		setSoTcpNoDelay(true);
		setSoSendBufferSize(SEND_BUFFER_LENGTH);
		setSoKeepAlive(true);
		LineSerializer serializer = new LineSerializer();
		setDeserializer(serializer);
		setSerializer(serializer);
		setMapper(new FrameMessageMapper());
		setTcpNetConnectionSupport(this::newConnection);
		setTaskExecutor(this::execute);
	}

	@Override
	public void start() {
		if (this.boundSocket == null) {
			this.boundSocket = bind();
		}
		super.start();
	}

	/**
	 * Stops accepting clients; the sessions go on.
	 */
	public void stopAccepting() {
		ServerSocket socket = this.boundSocket;
		if (socket != null) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				this.logger.debug(ex, "The port was closed already");
			}
		}
	}

	@Override
	public void stop() {
		stopAccepting();
		super.stop();
		this.registry.forEach(Connection::close);
		this.rejecter.close();
		if (this.tls != null) {
			this.tls.close();
		}
	}

	/**
	 * Returns the address that it listens on.
	 * @return the address, or {@code null} if it does not listen
	 */
	public @Nullable InetSocketAddress boundAddress() {
		ServerSocket socket = this.boundSocket;
		return (socket != null && !socket.isClosed()) ? (InetSocketAddress) socket.getLocalSocketAddress() : null;
	}

	/**
	 * Returns how many clients are connected to this port.
	 * @return the number of connections
	 */
	public int connectionCount() {
		return this.registry.size(this.port);
	}

	@Override
	protected ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address) throws IOException {
		ServerSocket socket = this.boundSocket;
		if (socket == null) {
			throw new IOException("not started");
		}
		return socket;
	}

	@Override
	protected void setSocketAttributes(Socket socket) {
		try {
			super.setSocketAttributes(socket);
			if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
				socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS);
				socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_INTERVAL_SECONDS);
				socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_PROBES);
			}
		}
		catch (IOException ex) {
			// The client has gone already, which the first read will find. The framework
			// would take this for the end of the port.
			this.logger.debug(ex, "A client left at once");
		}
	}

	@Override
	protected void addConnection(TcpConnectionSupport connection) {
		if (!this.registry.add(((GatewayConnection) connection).connection())) {
			// Another port has taken the last place since this client was accepted.
			this.observer.connectionRejected();
			connection.close();
		}
		else if (!isActive() || this.registry.isStopping()) {
			// Checked last: either the code that ends all connections finds this one, or
			// this finds that it has begun.
			connection.close();
		}
	}

	// The framework would give each connection a thread of its own to read from it.
	private void execute(Runnable task) {
		if (task instanceof GatewayConnection connection) {
			this.loops.register(connection.connection());
		}
		else {
			this.loops.execute(task);
		}
	}

	// The connection of a client that comes at the moment of stopping has been closed by
	// now. The framework would take the lack of an executor for an error, and log it.
	@Override
	protected Executor getTaskExecutor() {
		try {
			return super.getTaskExecutor();
		}
		catch (MessagingException ex) {
			this.logger.debug(ex, "A client came too late");
			return (task) -> {
			};
		}
	}

	private GatewayConnection newConnection(Socket socket, boolean server, boolean lookupHost,
			@Nullable ApplicationEventPublisher eventPublisher, @Nullable String factoryName) {
		TlsAcceptor acceptor = this.tls;
		TlsChannel encrypted = (acceptor != null) ? acceptor.accept(socket.getChannel()) : null;
		Connection connection = new Connection(socket.getChannel(), encrypted, this.port, this.settings.parsers().get(),
				new FrameDecoder(this.settings.maxLineLength(), this.largeBuffers), this.settings.answering());
		this.observer.connectionAccepted();
		return new GatewayConnection(connection, factoryName);
	}

	// A power of two: as many as threads use at a time, and some more, or as many as the
	// heap allows.
	static int pooledBuffers(long bytes) {
		int most = (int) Math.max(1, Math.min(MAX_POOLED_BUFFERS, bytes / FrameDecoder.LARGE_LENGTH));
		return Integer.highestOneBit(most);
	}

	private ServerSocket bind() {
		InetSocketAddress address = this.settings.address();
		try {
			ServerSocketChannel channel = ServerSocketChannel.open();
			try {
				channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
				ServerSocket socket = new LimitedServerSocket(channel, this.registry, this.settings, this.observer,
						this.rejecter);
				socket.bind(address, BACKLOG);
				return socket;
			}
			catch (IOException ex) {
				channel.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new PortBindException(this.settings, ex);
		}
	}

}

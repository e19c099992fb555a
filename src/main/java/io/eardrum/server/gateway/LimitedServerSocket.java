package io.eardrum.server.gateway;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.address.NetworkList;
import io.eardrum.budget.SpareDescriptor;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ConnectionRejecter;
import io.eardrum.server.limit.LogThrottle;

/**
 * Accepts clients from the allowed networks up to the allowed number, each with a
 * channel. Beyond that number it makes room for clients whose address has fewer
 * connections than another one, and turns the others away. A failure to accept, for
 * example because there is no file descriptor left, does not end it: it turns clients
 * away with a {@link SpareDescriptor}, and tries again until it is closed.
 */
final class LimitedServerSocket extends ServerSocket {

	private static final Log logger = LogFactory.getLog(LimitedServerSocket.class);

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ServerSocketChannel channel;

	private final ConnectionRegistry registry;

	private final NetworkList allowed;

	private final ServerObserver observer;

	private final ConnectionRejecter rejecter;

	private final SpareDescriptor spare;

	private final LogThrottle failureRate = new LogThrottle();

	private final LogThrottle rejectionRate = new LogThrottle();

	private final LogThrottle refusalRate = new LogThrottle();

	LimitedServerSocket(ServerSocketChannel channel, ConnectionRegistry registry, PortSettings settings,
			ServerObserver observer, ConnectionRejecter rejecter) throws IOException {
		this(channel, registry, settings, observer, rejecter, SpareDescriptor.create());
	}

	LimitedServerSocket(ServerSocketChannel channel, ConnectionRegistry registry, PortSettings settings,
			ServerObserver observer, ConnectionRejecter rejecter, SpareDescriptor spare) throws IOException {
		this.spare = spare;
		this.channel = channel;
		this.registry = registry;
		this.allowed = settings.allowed();
		this.observer = observer;
		this.rejecter = rejecter;
	}

	@Override
	public Socket accept() throws IOException {
		while (true) {
			try {
				Socket socket = this.channel.accept().socket();
				if (!this.allowed.allows(socket.getInetAddress())) {
					refuse(socket);
					continue;
				}
				if (!this.spare.hold()) {
					// The client has taken the last descriptor.
					this.rejecter.rejectAtOnce(socket);
					this.spare.hold();
				}
				else if (this.registry.makeRoom(socket.getInetAddress())) {
					return socket;
				}
				else {
					if (this.rejectionRate.permits()) {
						logger.warn("Clients are turned away: all " + this.registry.limit()
								+ " connections are in use (eardrum.tcp.max-connections), and no address has more of them "
								+ "than that of the last client, " + socket.getInetAddress().getHostAddress());
					}
					this.rejecter.reject(socket);
				}
			}
			catch (IOException ex) {
				if (isClosed()) {
					throw new SocketException("closed");
				}
				if (this.failureRate.permits()) {
					logger.warn("A client could not be accepted (" + ex.getMessage() + "); trying again");
				}
				if (!this.spare.letGo()) {
					LockSupport.parkNanos(RETRY_NANOS);
				}
			}
		}
	}

	private void refuse(Socket socket) throws IOException {
		this.observer.connectionRefused();
		if (this.refusalRate.permits()) {
			logger.warn("Refused a client from " + socket.getInetAddress().getHostAddress()
					+ ": eardrum.tcp.allow has no network with this address");
		}
		socket.close();
	}

	@Override
	public void bind(SocketAddress address, int backlog) throws IOException {
		this.channel.bind(address, backlog);
	}

	@Override
	public SocketAddress getLocalSocketAddress() {
		return this.channel.socket().getLocalSocketAddress();
	}

	@Override
	public int getLocalPort() {
		return this.channel.socket().getLocalPort();
	}

	@Override
	public boolean isClosed() {
		return !this.channel.isOpen();
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
		this.spare.close();
	}

}

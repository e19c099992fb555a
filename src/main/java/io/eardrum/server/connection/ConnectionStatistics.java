package io.eardrum.server.connection;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.address.ConnectedClient;

/**
 * What an operator may want to know about a connection. Safe for any number of threads.
 */
public final class ConnectionStatistics {

	private static final AtomicLong lastId = new AtomicLong();

	private final long id = lastId.incrementAndGet();

	private final Instant connected = Instant.now();

	private final InetSocketAddress address;

	private final int localPort;

	private final boolean encrypted;

	private final FrameAccount account;

	private final ReplyOutputStream output;

	private final ConnectionLifecycle lifecycle;

	ConnectionStatistics(SocketChannel channel, boolean encrypted, FrameAccount account, ReplyOutputStream output,
			ConnectionLifecycle lifecycle) {
		Socket socket = channel.socket();
		this.address = new InetSocketAddress(socket.getInetAddress(), socket.getPort());
		this.localPort = socket.getLocalPort();
		this.encrypted = encrypted;
		this.account = account;
		this.output = output;
		this.lifecycle = lifecycle;
	}

	/**
	 * Returns the number of the connection, which no other one has until the server ends.
	 * @return the number, 1 or more
	 */
	public long id() {
		return this.id;
	}

	/**
	 * Returns what is known now.
	 * @return the client of the connection
	 */
	public ConnectedClient now() {
		return new ConnectedClient(this.id, this.address, this.localPort, this.encrypted, this.connected,
				Duration.ofNanos(this.account.silentNanos()), this.account.receivedBytes(), this.output.sentBytes(),
				state());
	}

	private ConnectedClient.State state() {
		if (this.output.blockedNanos() > 0) {
			return ConnectedClient.State.SLOW;
		}
		return this.lifecycle.isIdle() ? ConnectedClient.State.IDLE : ConnectedClient.State.BUSY;
	}

}

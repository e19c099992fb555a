package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;

/**
 * The end of a session that the server ends: it ends its side of the stream, and throws
 * away what still comes until the client has closed the other side. If the server closed
 * the socket while input is unread, the system would send a reset, which may overtake the
 * last reply.
 * <p>
 * Used by the thread that serves the connection. Any thread may ask whether the session
 * is over, and whether the client has had the time to leave.
 */
final class Farewell {

	/** How long the client may go on sending. */
	private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final int DISCARD_LENGTH = 8 * 1024;

	private final SocketChannel socket;

	private final ConnectionChannel channel;

	private final ConnectionLifecycle lifecycle;

	private final ServerObserver observer;

	private volatile boolean said;

	/** When the session ended; meaningless before. */
	private volatile long saidNanos;

	/**
	 * Creates the farewell of a session that goes on.
	 * @param socket the socket
	 * @param channel what is carried by the socket, encrypted or not
	 * @param lifecycle resets the connection if it is broken
	 * @param observer is told of sessions that can't begin
	 */
	Farewell(SocketChannel socket, ConnectionChannel channel, ConnectionLifecycle lifecycle, ServerObserver observer) {
		this.socket = socket;
		this.channel = channel;
		this.lifecycle = lifecycle;
		this.observer = observer;
	}

	// Returns whether the session is over, and all that still comes is thrown away.
	boolean isSaid() {
		return this.said;
	}

	/**
	 * Ends the session behind its last reply.
	 * @throws IOException if the connection is broken
	 */
	void say() throws IOException {
		begin();
		this.channel.endOutput();
	}

	/**
	 * Ends a session that can't begin, because client and server do not both speak TLS,
	 * or do not agree in the handshake.
	 * @param reply bytes that the client understands, to be sent without encryption
	 */
	void refuse(byte[] reply) {
		this.observer.handshakeEnded(false);
		try {
			begin();
			this.socket.write(ByteBuffer.wrap(reply));
			this.socket.shutdownOutput();
		}
		catch (IOException ex) {
			this.lifecycle.reset(ResetReason.CLIENT);
		}
	}

	private void begin() {
		this.saidNanos = System.nanoTime();
		this.said = true;
	}

	/**
	 * Throws away what has come.
	 * @return whether the client may send more
	 * @throws IOException if the connection is broken
	 */
	boolean discard() throws IOException {
		return this.socket.read(ByteBuffer.allocate(DISCARD_LENGTH)) >= 0;
	}

	// Returns whether the client has had enough time to close the connection by itself.
	boolean isOverdue() {
		return this.said && System.nanoTime() - this.saidNanos > LIMIT_NANOS;
	}

}

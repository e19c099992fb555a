package io.eardrum.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.serializer.Serializer;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.integration.ip.tcp.connection.TcpNetConnection;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

import io.eardrum.protocol.CommandParser;

/**
 * A connection that reads {@link Frame frames} and writes their replies.
 * <p>
 * All reading and writing is done by one thread, the connection's own. Other threads may
 * only look at it and end it: the {@link ConnectionWatchdog} when the client does not
 * take its replies or is silent for too long, and the {@link TcpEndpoint} when the server
 * stops. A session is idle while it waits for a frame and busy until the reply to it has
 * been sent; an idle one may be ended at any time, a busy one ends itself when it has
 * answered.
 * <p>
 * No failure of a client is logged above debug level: clients come and go as they like,
 * and could fill the disk with it.
 */
final class FrameConnection extends TcpNetConnection {

	/**
	 * How long a session that has just been answered is left alone before a reset, which
	 * may overtake what is still on its way to the client.
	 */
	private static final long DELIVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final long RESET_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** How long a client that is being turned away may go on sending. */
	private static final int LINGER_MILLIS = 1000;

	private final Socket socket;

	private final ConnectionRegistry registry;

	private final ServerObserver observer;

	private final FrameInputStream input;

	private final OutputStream output = new ReplyOutputStream();

	private final MessageHeaders headers;

	private final AtomicReference<State> state = new AtomicReference<>(State.BUSY);

	private final AtomicBoolean ended = new AtomicBoolean();

	private volatile long lastReceivedNanos = System.nanoTime();

	private volatile long lastSentNanos = System.nanoTime();

	/** When the write that is under way began; meaningless while none is. */
	private volatile long writeStartedNanos;

	private volatile boolean writing;

	FrameConnection(Socket socket, @Nullable ApplicationEventPublisher eventPublisher, @Nullable String factoryName,
			ConnectionRegistry registry, ServerObserver observer, CommandParser parser, FrameBuffer buffer)
			throws IOException {
		super(socket, true, false, eventPublisher, factoryName);
		this.socket = socket;
		this.registry = registry;
		this.observer = observer;
		this.input = new FrameInputStream(socket.getInputStream(), this, buffer, new Frame(parser, this.output));
		this.headers = new ConnectionHeaders(getConnectionId());
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
	@SuppressWarnings("unchecked")
	public void send(Message<?> message) {
		if (this.ended.get()) {
			return;
		}
		FrameReply reply = (FrameReply) message.getPayload();
		boolean last = reply.isLast();
		try {
			((Serializer<FrameReply>) getSerializer()).serialize(reply, this.output);
			if (last) {
				closeGently();
			}
		}
		catch (AbortedReply.AbortedReplyException ex) {
			reset(ex.reason());
		}
		catch (IOException ex) {
			reset(ResetReason.CLIENT);
		}
	}

	@Override
	protected boolean handleReadException(Exception exception) {
		Throwable cause = (exception.getCause() != null) ? exception.getCause() : exception;
		if (!(cause instanceof SoftEndOfStreamException)) {
			this.logger.debug("The connection broke: " + cause);
			reset(ResetReason.CLIENT);
		}
		close();
		return true;
	}

	// Also tells the framework, which looks for the connection as long as a reply may
	// come.
	@Override
	public void close() {
		this.ended.set(true);
		super.close();
		this.registry.remove(this);
	}

	/**
	 * Ends this connection with a reset: at once, and without what has not been delivered
	 * yet. Its own thread then finds it ended and closes it.
	 * @param reason why, to be counted if this is what ends the connection
	 */
	void reset(ResetReason reason) {
		if (this.ended.compareAndSet(false, true)) {
			try {
				this.socket.setSoLinger(true, 0);
				this.socket.close();
			}
			catch (IOException ex) {
				this.logger.debug("The connection is gone already: " + ex);
			}
			// Last, because the process may end as soon as no connection is left.
			this.registry.remove(this);
			this.observer.connectionReset(reason);
		}
	}

	// The thread of this connection is about to wait for a frame.
	void becomeIdle() throws SoftEndOfStreamException {
		this.state.compareAndSet(State.BUSY, State.IDLE);
		if (this.registry.isStopping() && endIfIdle()) {
			LockSupport.parkNanos(undeliveredNanos());
			reset(ResetReason.SHUTDOWN);
		}
		if (this.ended.get()) {
			throw new SoftEndOfStreamException();
		}
	}

	// The thread of this connection has got a frame.
	void becomeBusy() throws SoftEndOfStreamException {
		if (!this.state.compareAndSet(State.IDLE, State.BUSY)) {
			// It came too late. Who ended this connection is about to reset it.
			while (!this.ended.get()) {
				LockSupport.parkNanos(RESET_POLL_NANOS);
			}
			throw new SoftEndOfStreamException();
		}
	}

	/**
	 * Makes sure that no further frame of this connection is executed, if none is being
	 * executed now.
	 * @return whether that is so; the caller then has to reset this connection
	 */
	boolean endIfIdle() {
		return this.state.compareAndSet(State.IDLE, State.ENDED);
	}

	boolean isIdle() {
		return this.state.get() == State.IDLE;
	}

	// Tells whether no further frame of this connection will be executed.
	boolean isEnded() {
		return this.state.get() == State.ENDED;
	}

	// How much longer the last reply should be given to arrive, in nanoseconds.
	long undeliveredNanos() {
		return Math.max(0, DELIVERY_NANOS - (System.nanoTime() - this.lastSentNanos));
	}

	// For how long the client has sent nothing, in nanoseconds.
	long silentNanos() {
		return System.nanoTime() - this.lastReceivedNanos;
	}

	// For how long the write under way has not been taken, in nanoseconds.
	long blockedNanos() {
		long started = this.writeStartedNanos;
		return this.writing ? System.nanoTime() - started : 0;
	}

	void received(int bytes) {
		this.lastReceivedNanos = System.nanoTime();
		this.observer.received(bytes);
	}

	/**
	 * Closes this connection so that the last reply arrives: a close while input is
	 * unread would become a reset, which may overtake it.
	 */
	private void closeGently() throws IOException {
		this.socket.shutdownOutput();
		this.socket.setSoTimeout(LINGER_MILLIS);
		SocketDrain.drain(this.socket, LINGER_MILLIS);
		close();
	}

	private enum State {

		/** Waits for a frame. */
		IDLE,

		/** Has a frame that is not answered yet. */
		BUSY,

		/** Will not execute another frame. */
		ENDED

	}

	/**
	 * No id and no timestamp: nobody asks for them, and a random id costs more than the
	 * frame.
	 */
	private static final class ConnectionHeaders extends MessageHeaders {

		ConnectionHeaders(String connectionId) {
			super(Map.of(IpHeaders.CONNECTION_ID, connectionId), MessageHeaders.ID_VALUE_NONE, -1L);
		}

	}

	/**
	 * Writes to the socket, and lets the watchdog see for how long.
	 */
	private final class ReplyOutputStream extends OutputStream {

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] source, int offset, int length) throws IOException {
			FrameConnection connection = FrameConnection.this;
			connection.writeStartedNanos = System.nanoTime();
			connection.writing = true;
			try {
				// Counted first: once the client has it, it may look at the counter.
				connection.observer.sent(length);
				connection.socket.getOutputStream().write(source, offset, length);
			}
			finally {
				connection.writing = false;
			}
			connection.lastSentNanos = System.nanoTime();
		}

	}

}

package io.eardrum.server.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.protocol.LineParser;
import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.channel.PlainChannel;
import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.command.AbortedReply;
import io.eardrum.server.command.Frame;
import io.eardrum.server.command.Turn;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.UnfinishedInputLimit;

/**
 * A connection that reads {@link Frame frames} and writes their replies. The threads of a
 * loop serve it, one at a time. Other threads may only look at it and end it.
 * <p>
 * No failure of a client is logged above debug level, because clients that fail on
 * purpose could fill the disk with log lines.
 */
public final class Connection implements FrameAccount.Holder, UnfinishedInputLimit.Client {

	/** What a client of TLS understands: a fatal alert, the handshake has failed. */
	private static final byte[] TLS_ALERT = { 21, 3, 1, 0, 2, 2, 40 };

	private static final Log logger = LogFactory.getLog(Connection.class);

	private final SocketChannel channel;

	private final @Nullable InetAddress remoteAddress;

	private final @Nullable TlsHandshake handshake;

	private final Port port;

	private final FrameInput input;

	private final ReplyOutputStream output;

	private final FrameAccount account;

	private final FrameReceiver receiver;

	private final FrameExecution execution;

	private final LoopRegistration registration = new LoopRegistration();

	private final ConnectionLifecycle lifecycle;

	private final Farewell farewell;

	private final ConnectionStatistics statistics;

	private volatile Runnable ended = () -> {
	};

	/**
	 * Creates the connection of a client.
	 * @param channel the socket
	 * @param tls encrypts the connection; none if it is not encrypted
	 * @param port what the connections of a port have in common
	 * @param parser reads its lines
	 * @param decoder collects them
	 * @param answering whether replies are sent
	 */
	public Connection(SocketChannel channel, @Nullable TlsChannel tls, Port port, LineParser parser,
			FrameDecoder decoder, boolean answering) {
		this.channel = channel;
		this.remoteAddress = channel.socket().getInetAddress();
		this.port = port;
		ServerObserver observer = port.observer();
		ConnectionChannel stream = (tls != null) ? tls : new PlainChannel(channel);
		this.account = new FrameAccount(port.memory(), this);
		this.output = new ReplyOutputStream(stream, decoder, this.account, observer, this.registration);
		Frame frame = new Frame(parser, answering ? this.output : OutputStream.nullOutputStream(), observer, stream);
		this.input = new FrameInput(stream, decoder, frame);
		this.receiver = new FrameReceiver(channel, this.input, this.account, observer, tls != null);
		this.execution = new FrameExecution(frame, this.input, this.output, this.account);
		this.lifecycle = new ConnectionLifecycle(channel, tls, observer, this::release, () -> this.ended.run());
		this.farewell = new Farewell(channel, stream, this.lifecycle, observer);
		this.statistics = new ConnectionStatistics(channel, tls != null, this.account, this.output, this.lifecycle);
		this.handshake = (tls != null) ? new TlsHandshake(tls, this.lifecycle, this.farewell, observer,
				this::becomeIdle, this::becomeIdleElsewhere) : null;
	}

	public SocketChannel channel() {
		return this.channel;
	}

	/**
	 * Sets what handles its frames, before there is one.
	 * @param frames the handler, which also closes the socket
	 */
	public void handleBy(FrameHandler frames) {
		this.execution.handleBy(frames);
		this.lifecycle.closeBy(frames);
	}

	/**
	 * Sets what removes it from others when it ends, before it is there.
	 * @param removal may be run any number of times, on any thread
	 */
	void whenEnded(Runnable removal) {
		this.ended = removal;
	}

	public ConnectionStatistics statistics() {
		return this.statistics;
	}

	Port port() {
		return this.port;
	}

	/**
	 * Sets the loop that serves it.
	 * @param key what the loop waits for
	 * @param besideLoop serves the connection when the loop can't know that something has
	 * come
	 */
	public void serveBy(SelectionKey key, Consumer<Connection> besideLoop) {
		this.registration.set(key, () -> besideLoop.accept(this));
	}

	// Returns what identifies the client, the same for all its connections.
	Object client() {
		Object client = this.port.addresses().client(this.remoteAddress);
		return (client != null) ? client : this;
	}

	public boolean isHandshaking() {
		TlsHandshake pending = this.handshake;
		return pending != null && pending.isUnderWay();
	}

	boolean isHandshakeOverdue() {
		TlsHandshake pending = this.handshake;
		return pending != null && pending.isOverdue();
	}

	// Goes on with the handshake on another thread, because that computes.
	public void shakeHandsElsewhere() {
		TlsHandshake pending = this.handshake;
		if (pending != null) {
			pending.goOn(client());
		}
	}

	/**
	 * Receives what has arrived on an idle connection.
	 * @return whether that completes a frame; the connection is busy then, and the frame
	 * has to be executed
	 */
	public boolean receive() {
		if (this.port.stopping().getAsBoolean()) {
			// What has not been read is not executed. The loop looks no further here.
			endIfIdle();
			return false;
		}
		// If the frame comes too late, another thread is about to reset this connection.
		return receiveFrame() && this.lifecycle.becomeBusy();
	}

	/**
	 * Receives what has arrived on a busy connection whose last frame has been answered.
	 * @return whether that completes a frame, which has to be executed; if not, the
	 * connection has to become idle
	 */
	public boolean receiveNext() {
		return goesOn() && (this.input.hasAhead() || !isHeldBack()) && receiveFrame();
	}

	// Returns whether more of what the client sends is to be executed.
	private boolean goesOn() {
		return !this.farewell.isSaid() && !this.input.isEnded() && !this.port.stopping().getAsBoolean() && !isEnding();
	}

	/**
	 * Returns whether nothing may be read from the client now, because there is no memory
	 * for a frame. The caller then has to call {@link #awaitMemory()}.
	 * @return whether the client has to wait
	 */
	public boolean isHeldBack() {
		return !this.farewell.isSaid() && this.receiver.isHeldBack();
	}

	// Has the loop report again what has arrived, once there is memory for it.
	public void awaitMemory() {
		this.account.await();
	}

	@Override
	public void readOn() {
		this.registration.await(SelectionKey.OP_READ);
	}

	private boolean receiveFrame() {
		try {
			if (this.farewell.isSaid()) {
				if (!this.farewell.discard()) {
					close();
				}
				return false;
			}
			switch (this.receiver.receive()) {
				case FRAME -> {
					return true;
				}
				case TLS -> this.farewell.refuse(TLS_ALERT);
				case END -> close();
				case PART -> {
				}
			}
		}
		catch (IOException ex) {
			logger.debug("The connection broke: " + ex);
			reset(ResetReason.CLIENT);
		}
		return false;
	}

	@Override
	public long unfinishedBytes() {
		return this.account.unfinishedBytes();
	}

	@Override
	public long unfinishedNanos() {
		return this.account.unfinishedNanos();
	}

	@Override
	public void endForUnfinishedInput() {
		reset(ResetReason.UNFINISHED_INPUT);
	}

	// Returns what executes its frames, for the thread that serves it.
	public FrameExecution execution() {
		return this.execution;
	}

	/**
	 * Drops the frame because its turn does not come any more, or because its client has
	 * left. It is neither executed to the end nor answered.
	 */
	public void giveUp() {
		this.execution.giveUp();
		reset(ResetReason.SHUTDOWN);
		becomeIdleElsewhere();
	}

	/**
	 * Sends the reply to the frame that was executed last. Its group has been committed.
	 * @param turn the turn of the thread that sends it, which may be another one than
	 * that of the execution
	 */
	public void sendReply(Turn turn) {
		try {
			if (this.execution.sendReply(turn)) {
				this.farewell.say();
			}
		}
		catch (AbortedReply.AbortedReplyException ex) {
			reset(ex.reason());
		}
		catch (IOException ex) {
			reset(ResetReason.CLIENT);
		}
		finally {
			this.account.giveBack();
		}
	}

	/**
	 * Waits for the next frame, because the last one has been answered.
	 * @return whether there may be one
	 */
	public boolean becomeIdle() {
		this.account.giveBack();
		this.execution.endTurn();
		if (this.input.isEnded() && !this.farewell.isSaid()) {
			close();
			return false;
		}
		if (this.input.hasAhead() && goesOn() && this.registration.serveBesideLoop()) {
			return false;
		}
		this.account.holdUnfinished(this.input.unfinishedBytes(), true);
		this.lifecycle.becomeIdle();
		if (isEnding()) {
			close();
			return false;
		}
		return true;
	}

	// Goes back to the loop, from a thread that does not lead it.
	public void becomeIdleElsewhere() {
		if (becomeIdle()) {
			this.registration.await(SelectionKey.OP_READ);
		}
	}

	// Called by the loop when the client has taken something, so that there is room.
	public void writable() {
		this.output.wakeUp();
	}

	// Other clients need the memory that is held for this one.
	@Override
	public void endForMemory() {
		reset(ResetReason.UNREAD_REPLIES);
	}

	// A thread that waits for the client to take its reply would wait for ever, and the
	// loop has to let go of the socket.
	private void release() {
		this.output.end();
		this.registration.release();
		this.account.end();
	}

	public boolean isEnding() {
		return this.lifecycle.isEnding();
	}

	// Ends this connection in order, so that the client gets what it was sent.
	public void close() {
		this.lifecycle.close();
	}

	/**
	 * Ends this connection with a reset, at once and without what has not been delivered.
	 * If it is busy, the thread that serves it finds it ended.
	 * @param reason why, to be counted if this is what ends the connection
	 */
	public void reset(ResetReason reason) {
		this.lifecycle.reset(reason);
	}

	// Returns whether it was idle and will not execute another frame. The caller then has
	// to reset it.
	public boolean endIfIdle() {
		return this.lifecycle.endIfIdle();
	}

	public boolean isIdle() {
		return this.lifecycle.isIdle();
	}

	// Returns whether no further frame of this connection will be executed.
	public boolean isEnded() {
		return this.lifecycle.isEnded();
	}

	// Returns how much longer the last reply should be given to arrive, in nanoseconds.
	public long undeliveredNanos() {
		return this.output.undeliveredNanos();
	}

	@Nullable InetAddress remoteAddress() {
		return this.remoteAddress;
	}

	// Returns when the client has last sent or taken something, by System.nanoTime().
	long lastSeenNanos() {
		long received = this.account.lastReceivedNanos();
		long sent = this.output.lastSentNanos();
		return (sent - received > 0) ? sent : received;
	}

	// Returns for how long the client has sent nothing, in nanoseconds.
	public long silentNanos() {
		return this.account.silentNanos();
	}

	// Returns for how long the client has not taken what is being written.
	public long blockedNanos() {
		return this.output.blockedNanos();
	}

	// Closes this connection if the session is over, and its client had time to leave.
	public void closeIfOverdue() {
		if (this.farewell.isOverdue() && endIfIdle()) {
			close();
		}
	}

}

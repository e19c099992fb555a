package io.eardrum.server.connection;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;

/**
 * The states of a connection, and the two ways in which its socket is closed: in order,
 * or with a reset.
 * <p>
 * A session is idle while it waits for a frame, and busy until the reply to it has been
 * sent. Any thread may end an idle one. A busy one ends when the thread that serves it
 * finds that it has been closed or reset. Safe for any number of threads.
 */
final class ConnectionLifecycle {

	private static final Log logger = LogFactory.getLog(ConnectionLifecycle.class);

	private final SocketChannel channel;

	private final @Nullable TlsChannel tls;

	private final ServerObserver observer;

	private final Runnable release;

	private final Runnable leave;

	private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

	private final AtomicReference<Ending> ending = new AtomicReference<>(Ending.NONE);

	private volatile @Nullable FrameHandler handler;

	/**
	 * Creates the lifecycle of an idle connection.
	 * @param channel the socket
	 * @param tls what encrypts it; none if the connection is not encrypted
	 * @param observer is told of resets
	 * @param release lets go of what else knows or waits for the connection
	 * @param leave removes the connection from the others
	 */
	ConnectionLifecycle(SocketChannel channel, @Nullable TlsChannel tls, ServerObserver observer, Runnable release,
			Runnable leave) {
		this.channel = channel;
		this.tls = tls;
		this.observer = observer;
		this.release = release;
		this.leave = leave;
	}

	/**
	 * Sets what closes the socket.
	 * @param frames the handler of the connection's frames
	 */
	void closeBy(FrameHandler frames) {
		this.handler = frames;
	}

	/**
	 * Makes an idle connection busy.
	 * @return whether it was idle; if not, it has been ended meanwhile
	 */
	boolean becomeBusy() {
		return this.state.compareAndSet(State.IDLE, State.BUSY);
	}

	void becomeIdle() {
		this.state.set(State.IDLE);
	}

	/**
	 * Ends the session if it is idle: no further frame will be executed.
	 * @return whether it was idle; the caller then has to close or reset the connection
	 */
	boolean endIfIdle() {
		return this.state.compareAndSet(State.IDLE, State.ENDED);
	}

	boolean isIdle() {
		return this.state.get() == State.IDLE;
	}

	// Returns whether no further frame will be executed.
	boolean isEnded() {
		return this.state.get() == State.ENDED;
	}

	// Returns whether the connection has been closed or reset, or is about to be.
	boolean isEnding() {
		return this.ending.get() != Ending.NONE;
	}

	/**
	 * Ends the connection in order, so that the client gets what it was sent.
	 */
	void close() {
		if (!this.ending.compareAndSet(Ending.NONE, Ending.CLOSED) && this.ending.get() == Ending.RESET) {
			// The thread that resets the connection may not have set this yet. Without
			// it, this close would look like an end in order.
			resetOnClose();
		}
		try {
			TlsChannel encrypted = this.tls;
			if (encrypted != null && this.ending.get() == Ending.CLOSED) {
				encrypted.sayGoodbye();
			}
			closeSocket();
		}
		finally {
			this.leave.run();
			this.release.run();
		}
	}

	/**
	 * Ends the connection with a reset, at once and without what has not been delivered.
	 * If it is busy, the thread that serves it finds it ended.
	 * @param reason why, to be counted if this call is what ends the connection
	 */
	void reset(ResetReason reason) {
		if (!this.ending.compareAndSet(Ending.NONE, Ending.RESET)) {
			return;
		}
		resetOnClose();
		closeChannel();
		this.release.run();
		try {
			if (isEnded() || endIfIdle()) {
				closeSocket();
			}
		}
		finally {
			// Last, because the process may end as soon as no connection is left.
			this.leave.run();
			this.observer.connectionReset(reason);
		}
	}

	private void closeSocket() {
		FrameHandler frames = this.handler;
		if (frames != null) {
			frames.closeSocket();
		}
		else {
			closeChannel();
		}
	}

	private void closeChannel() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			logger.debug("The connection is gone already: " + ex);
		}
	}

	private void resetOnClose() {
		if (!this.channel.isOpen()) {
			return;
		}
		try {
			this.channel.socket().setSoLinger(true, 0);
		}
		catch (IOException ex) {
			logger.debug("The connection is gone already: " + ex);
		}
	}

	private enum State {

		/** Waits for a frame. */
		IDLE,

		/** Has a frame that has not been answered yet. */
		BUSY,

		/** Will not execute another frame. */
		ENDED

	}

	private enum Ending {

		NONE, CLOSED, RESET

	}

}

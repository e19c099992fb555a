package io.eardrum.server.connection;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.budget.ThreadShortage;
import io.eardrum.protocol.ReplyWriter;
import io.eardrum.server.channel.HandshakeQueue;
import io.eardrum.server.channel.NoTlsException;
import io.eardrum.server.channel.TlsChannel;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;

/**
 * The TLS handshake of a connection. Its steps compute, and so run on the threads of the
 * port's {@link HandshakeQueue} and not on the loop. The connection is busy during a
 * step, and idle while the client has to send more.
 * <p>
 * One step is under way at a time. Any thread may ask whether the handshake is done or
 * overdue.
 */
final class TlsHandshake {

	/**
	 * How long the client may take. The time that the client waits for this server does
	 * not count.
	 */
	private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final byte[] NO_REPLY = {};

	private static final Log logger = LogFactory.getLog(TlsHandshake.class);

	private final TlsChannel channel;

	private final ConnectionLifecycle lifecycle;

	private final Farewell farewell;

	private final ServerObserver observer;

	private final Runnable idle;

	private final Runnable idleElsewhere;

	private volatile long deadlineNanos = System.nanoTime() + LIMIT_NANOS;

	private volatile boolean begun;

	/**
	 * Creates the handshake of a new connection, whose client has to begin it.
	 * @param channel the connection's channel
	 * @param lifecycle the connection's lifecycle
	 * @param farewell ends a session that can't begin
	 * @param observer is told how the handshake ends
	 * @param idle makes the connection idle, on the thread that leads its loop
	 * @param idleElsewhere makes the connection idle, on any other thread
	 */
	TlsHandshake(TlsChannel channel, ConnectionLifecycle lifecycle, Farewell farewell, ServerObserver observer,
			Runnable idle, Runnable idleElsewhere) {
		this.channel = channel;
		this.lifecycle = lifecycle;
		this.farewell = farewell;
		this.observer = observer;
		this.idle = idle;
		this.idleElsewhere = idleElsewhere;
	}

	// Returns whether the client can't send commands yet.
	boolean isUnderWay() {
		return this.channel.isHandshaking() && !this.farewell.isSaid();
	}

	// Returns whether the client has taken longer than it may.
	boolean isOverdue() {
		return isUnderWay() && this.lifecycle.isIdle() && System.nanoTime() - this.deadlineNanos > 0;
	}

	/**
	 * Executes the next step on a thread of the queue, with what the client has sent.
	 * Called on the thread that leads the loop.
	 * @param client identifies the client, in whose turn the step is executed
	 */
	void goOn(Object client) {
		if (!this.lifecycle.becomeBusy()) {
			return;
		}
		long startedNanos = System.nanoTime();
		try {
			this.channel.handshakes()
				.execute(new HandshakeQueue.Step(client, this.begun, () -> executeStep(startedNanos)));
		}
		catch (RejectedExecutionException ex) {
			giveUp(ResetReason.SHUTDOWN);
		}
		catch (OutOfMemoryError ex) {
			ThreadShortage.require(ex);
			giveUp(ResetReason.HANDSHAKE);
		}
	}

	private void giveUp(ResetReason reason) {
		this.idle.run();
		this.lifecycle.reset(reason);
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void executeStep(long startedNanos) {
		this.begun = true;
		try {
			if (this.channel.handshake()) {
				this.observer.handshakeEnded(true);
			}
		}
		catch (NoTlsException ex) {
			this.farewell.refuse(ReplyWriter.tlsExpected());
		}
		catch (SSLException ex) {
			logger.debug("The handshake failed: " + ex);
			this.farewell.refuse(NO_REPLY);
		}
		catch (IOException ex) {
			logger.debug("The connection broke: " + ex);
			this.lifecycle.reset(ResetReason.CLIENT);
		}
		catch (RuntimeException | Error ex) {
			// The client may have caused it, and could fill the disk with log lines.
			logger.debug("The handshake failed: " + ex);
			this.lifecycle.reset(ResetReason.INTERNAL_ERROR);
			ThreadShortage.require(ex);
		}
		finally {
			this.deadlineNanos += System.nanoTime() - startedNanos;
			this.idleElsewhere.run();
		}
	}

}

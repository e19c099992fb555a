package io.eardrum.server.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;
import io.eardrum.server.event.ServerObserver;

/**
 * Writes a connection's replies to its channel. Before it has to wait for the client, it
 * leaves the loop to other threads and accounts for the memory that is held until then.
 * <p>
 * Used by the thread that serves the connection, except for the methods that say that any
 * thread may call them.
 */
final class ReplyOutputStream extends OutputStream {

	/**
	 * How long the last reply may be on its way to the client. A reset before that may
	 * overtake it.
	 */
	private static final long DELIVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final ConnectionChannel channel;

	private final FrameDecoder input;

	private final FrameAccount account;

	private final ServerObserver observer;

	private final LoopRegistration registration;

	private volatile long lastSentNanos = System.nanoTime();

	private final AtomicLong sentBytes = new AtomicLong();

	/** When the wait that is under way began; meaningless if none is. */
	private volatile long waitStartedNanos;

	/** The thread that waits until the client takes more. */
	private volatile @Nullable Thread waiting;

	private volatile boolean ended;

	private @Nullable Turn turn;

	/** Whether the frame is being executed, and not its reply sent. */
	private boolean executing;

	/**
	 * Creates the stream of a connection.
	 * @param channel the connection
	 * @param input has what the client has sent
	 * @param account accounts for what is held while the client takes nothing
	 * @param observer is told what is sent
	 * @param registration reports when the client has taken something
	 */
	ReplyOutputStream(ConnectionChannel channel, FrameDecoder input, FrameAccount account, ServerObserver observer,
			LoopRegistration registration) {
		this.channel = channel;
		this.input = input;
		this.account = account;
		this.observer = observer;
		this.registration = registration;
	}

	/**
	 * Begins to execute a frame, whose reply may be too long to be held back.
	 * @param current the turn of the thread
	 */
	void beginExecution(Turn current) {
		this.turn = current;
		this.executing = true;
	}

	/**
	 * Begins to send the reply.
	 * @param current the turn of the thread
	 */
	void beginReply(Turn current) {
		this.turn = current;
		this.executing = false;
	}

	/**
	 * Ends the execution of a frame.
	 */
	void endExecution() {
		this.executing = false;
	}

	/**
	 * Forgets the turn: the connection waits for another one.
	 */
	void endTurn() {
		this.turn = null;
		this.executing = false;
	}

	@Override
	public void write(int value) throws IOException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		if (this.executing) {
			// The reply is longer than what is held back. Other clients must not wait for
			// it.
			leave();
		}
		// Counted first: once the client has it, it may look at the counter.
		this.observer.sent(length);
		this.sentBytes.lazySet(this.sentBytes.getPlain() + length);
		ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
		this.channel.write(bytes);
		while (bytes.hasRemaining() || this.channel.hasUnsent()) {
			leave();
			awaitWritable();
			int before = bytes.remaining();
			this.channel.write(bytes);
			if (bytes.remaining() < before) {
				this.lastSentNanos = System.nanoTime();
			}
		}
		this.lastSentNanos = System.nanoTime();
	}

	private void leave() {
		Turn current = this.turn;
		if (current != null) {
			current.leave();
		}
		if (this.executing) {
			this.account.expectLongReply();
		}
	}

	private void awaitWritable() throws IOException {
		beginWait();
		this.waitStartedNanos = System.nanoTime();
		this.waiting = Thread.currentThread();
		try {
			if (!this.registration.await(SelectionKey.OP_WRITE)) {
				throw new ClosedChannelException();
			}
			while (this.waiting != null && !this.ended) {
				LockSupport.park(this);
			}
		}
		finally {
			this.waiting = null;
			this.account.endWait();
		}
	}

	private void beginWait() {
		long bytes = (long) this.input.array().length + this.channel.unsentBytes();
		Turn current = this.turn;
		if (current != null) {
			current.beginWait();
			CommitGroup group = current.group();
			if (this.account.isTight()) {
				group.shrink();
			}
			bytes += group.heldBytes();
		}
		this.account.beginWait(bytes);
	}

	/**
	 * Lets the waiting thread go on because the connection has ended. Any thread may call
	 * this.
	 */
	void end() {
		this.ended = true;
		wakeUp();
	}

	/**
	 * Lets the waiting thread go on because the client has taken something. Any thread
	 * may call this.
	 */
	void wakeUp() {
		Thread thread = this.waiting;
		this.waiting = null;
		LockSupport.unpark(thread);
	}

	// Returns for how long the client has taken nothing of what is being sent, in
	// nanoseconds. Any thread may call this.
	long blockedNanos() {
		// In this order: a thread that sees the wait also sees its beginning, or that of
		// a later wait.
		if (this.waiting == null) {
			return 0;
		}
		long started = this.waitStartedNanos;
		return System.nanoTime() - started;
	}

	// Returns when the client has last taken something, by System.nanoTime().
	long sentBytes() {
		return this.sentBytes.get();
	}

	long lastSentNanos() {
		return this.lastSentNanos;
	}

	// Returns how much longer the last reply should be given to arrive, in nanoseconds.
	// Any thread may call this.
	long undeliveredNanos() {
		return Math.max(0, DELIVERY_NANOS - (System.nanoTime() - this.lastSentNanos));
	}

}

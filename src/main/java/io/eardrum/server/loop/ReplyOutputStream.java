package io.eardrum.server.loop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.eardrum.server.channel.ConnectionChannel;
import io.eardrum.server.command.CommitGroup;
import io.eardrum.server.command.Turn;
import io.eardrum.server.event.ServerObserver;

/**
 * Where a connection's replies go: writes to its channel, leaves the loop to other
 * threads before it has to wait for the client, accounts for what is held until then, and
 * lets others see for how long it waits.
 * <p>
 * Used by the thread that serves the connection, alone; what says so is for any thread.
 */
final class ReplyOutputStream extends OutputStream {

	private final ConnectionChannel channel;

	private final FrameDecoder input;

	private final FrameAccount account;

	private final ServerObserver observer;

	private volatile long lastSentNanos = System.nanoTime();

	/** When the wait that is under way began; meaningless while none is. */
	private volatile long waitStartedNanos;

	/** The thread that waits until the client takes more. */
	private volatile @Nullable Thread waiting;

	private volatile @Nullable SelectionKey key;

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
	 */
	ReplyOutputStream(ConnectionChannel channel, FrameDecoder input, FrameAccount account, ServerObserver observer) {
		this.channel = channel;
		this.input = input;
		this.account = account;
		this.observer = observer;
	}

	/**
	 * Notes where the loop has registered the connection.
	 * @param registration tells when the client has taken something
	 */
	void register(SelectionKey registration) {
		this.key = registration;
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
			// The reply is longer than what is held back: others don't wait for it.
			leave();
		}
		// Counted first: once the client has it, it may look at the counter.
		this.observer.sent(length);
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
			requestWritable();
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

	private void requestWritable() throws ClosedChannelException {
		SelectionKey registration = this.key;
		if (registration == null) {
			throw new ClosedChannelException();
		}
		try {
			registration.interestOpsOr(SelectionKey.OP_WRITE);
			registration.selector().wakeup();
		}
		catch (CancelledKeyException ex) {
			throw new ClosedChannelException();
		}
	}

	/**
	 * Lets the waiting thread go on, for the connection has ended: any thread.
	 */
	void end() {
		this.ended = true;
		wakeUp();
	}

	/**
	 * Lets the waiting thread go on, for the client has taken something: any thread.
	 */
	void wakeUp() {
		Thread thread = this.waiting;
		this.waiting = null;
		LockSupport.unpark(thread);
	}

	// For how long the client has taken nothing of what is being sent, in nanoseconds.
	long blockedNanos() {
		// In this order: once a wait is seen, so is its beginning, or that of a later
		// one.
		if (this.waiting == null) {
			return 0;
		}
		long started = this.waitStartedNanos;
		return System.nanoTime() - started;
	}

	// When the client has last taken something, as System.nanoTime().
	long lastSentNanos() {
		return this.lastSentNanos;
	}

	// How long ago the last reply was sent, in nanoseconds.
	long sentNanosAgo() {
		return System.nanoTime() - this.lastSentNanos;
	}

}

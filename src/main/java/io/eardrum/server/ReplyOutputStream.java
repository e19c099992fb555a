package io.eardrum.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Where a connection's replies go: writes to its channel, leaves the loop to other
 * threads before it has to wait for the client, and lets others see for how long it
 * waits.
 * <p>
 * Written to by the thread that serves the connection, alone; the rest is safe for any
 * thread.
 */
final class ReplyOutputStream extends OutputStream {

	private final ConnectionChannel channel;

	private final FrameConnection connection;

	private final ServerObserver observer;

	private volatile long lastSentNanos = System.nanoTime();

	/** When the wait that is under way began; meaningless while none is. */
	private volatile long waitStartedNanos;

	/** The thread that waits until the client takes more. */
	private volatile @Nullable Thread waiting;

	ReplyOutputStream(ConnectionChannel channel, FrameConnection connection, ServerObserver observer) {
		this.channel = channel;
		this.connection = connection;
		this.observer = observer;
	}

	@Override
	public void write(int value) throws IOException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		if (this.connection.isExecuting()) {
			// The reply is longer than what is held back: others don't wait for it.
			this.connection.leaveLoop();
		}
		// Counted first: once the client has it, it may look at the counter.
		this.observer.sent(length);
		ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
		this.channel.write(bytes);
		while (bytes.hasRemaining() || this.channel.hasUnsent()) {
			this.connection.leaveLoop();
			awaitWritable();
			int before = bytes.remaining();
			this.channel.write(bytes);
			if (bytes.remaining() < before) {
				this.lastSentNanos = System.nanoTime();
			}
		}
		this.lastSentNanos = System.nanoTime();
	}

	private void awaitWritable() throws IOException {
		this.connection.beginWait();
		this.waitStartedNanos = System.nanoTime();
		this.waiting = Thread.currentThread();
		try {
			this.connection.requestWritable();
			while (this.waiting != null && !this.connection.isEnding()) {
				LockSupport.park(this);
			}
		}
		finally {
			this.waiting = null;
			this.connection.endWait();
		}
	}

	/**
	 * Lets the waiting thread go on: there is room again, or the connection has ended.
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

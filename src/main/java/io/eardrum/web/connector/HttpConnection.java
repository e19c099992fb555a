package io.eardrum.web.connector;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import jakarta.servlet.ServletRequest;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.eardrum.web.event.HttpRefusal;

/**
 * A connection of an HTTP port. It measures how its client takes the answer to the
 * current request. One thread at a time works on its requests. Any thread may read its
 * state and end it.
 */
public final class HttpConnection {

	/** The attribute of a request that holds the connection. */
	static final String ATTRIBUTE = HttpConnection.class.getName();

	/** How long the server waits for a client, however little the client takes. */
	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final long FORGOTTEN = -1;

	private static final Logger logger = LoggerFactory.getLogger(HttpConnection.class);

	private final SocketChannel channel;

	private final PortLoad load;

	private final ConnectionRules rules;

	private final BooleanSupplier slowestEnds;

	private final LongSupplier nanoTime;

	private final AtomicBoolean ended = new AtomicBoolean();

	/** The bytes accounted for a request that has come in part, or {@link #FORGOTTEN}. */
	private final AtomicLong headBytes = new AtomicLong();

	/** When the server began to wait for the head of a request. */
	private volatile long waitsSinceNanos;

	private volatile boolean atWork;

	private volatile boolean writing;

	/**
	 * Whether each write of this answer is reported when it begins, so that its time
	 * counts.
	 */
	private volatile boolean paced;

	private volatile long writesSinceNanos;

	/** The time spent on writes of this answer, without the write in progress. */
	private volatile long writtenNanos;

	private volatile long writtenBytes;

	/**
	 * Creates a connection that waits for its first request.
	 * @param channel the connection
	 * @param load counts the requests in progress
	 * @param rules the rules for the connection
	 * @param slowestEnds ends that connection of the port on whose client the server has
	 * waited longest; returns whether there is one
	 * @param nanoTime a clock in nanoseconds
	 */
	HttpConnection(SocketChannel channel, PortLoad load, ConnectionRules rules, BooleanSupplier slowestEnds,
			LongSupplier nanoTime) {
		this.channel = channel;
		this.load = load;
		this.rules = rules;
		this.slowestEnds = slowestEnds;
		this.nanoTime = nanoTime;
		this.waitsSinceNanos = nanoTime.getAsLong();
	}

	/**
	 * Returns the connection of a request.
	 * @param request the request
	 * @return its connection, or {@code null} if none is known
	 */
	public static @Nullable HttpConnection of(ServletRequest request) {
		return (request.getAttribute(ATTRIBUTE) instanceof HttpConnection connection) ? connection : null;
	}

	SocketChannel channel() {
		return this.channel;
	}

	// The head of a request is complete.
	void beginRequest() {
		this.writtenNanos = 0;
		this.writtenBytes = 0;
		this.paced = false;
		this.atWork = true;
		this.load.requestBegins();
	}

	// The next head may come.
	void endRequest() {
		this.waitsSinceNanos = this.nanoTime.getAsLong();
		this.writing = false;
		this.atWork = false;
		this.load.requestEnds();
	}

	/**
	 * Notes how much memory the partial request takes.
	 * @param bytes the number of bytes
	 * @return how much more that is than before
	 */
	long holdHead(long bytes) {
		long before = this.headBytes.get();
		return (before != FORGOTTEN && this.headBytes.compareAndSet(before, bytes)) ? bytes - before : 0;
	}

	// The same for a connection that has ended and takes no memory any more.
	long forgetHead() {
		return -Math.max(0, this.headBytes.getAndSet(FORGOTTEN));
	}

	boolean isAtWork() {
		return this.atWork;
	}

	long waitsSinceNanos() {
		return this.waitsSinceNanos;
	}

	/**
	 * Notes that a part of the answer is about to be written. The write may have to wait
	 * for the client. Only for the thread of the request.
	 */
	public void beginWrite() {
		this.paced = true;
		beginLastWrite();
	}

	/**
	 * Notes that the container is about to write the rest of the answer, at the end of
	 * the request. Only for the thread of the request.
	 */
	public void beginLastWrite() {
		this.writesSinceNanos = this.nanoTime.getAsLong();
		this.writing = true;
	}

	/**
	 * Notes that a part of the answer has been written, or has failed.
	 * @param bytes how many bytes it has
	 * @throws IOException if the client is too slow; its connection ends then
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void endWrite(int bytes) throws IOException {
		this.writing = false;
		this.writtenNanos += this.nanoTime.getAsLong() - this.writesSinceNanos;
		this.writtenBytes += bytes;
		if (isTooSlow(this.writtenNanos)) {
			endSlow();
			throw new CloseNowException("The client is too slow");
		}
	}

	/**
	 * Returns whether so many requests are in progress that threads may soon run short. A
	 * connection should then carry no more than one request, because a thread of the
	 * container serves no other connection while more requests come by the same one.
	 * @return whether the port is busy
	 */
	public boolean isPortBusy() {
		return this.load.isBusy();
	}

	/**
	 * Ends the connection on whose client the server has waited longest, because all
	 * threads are in use.
	 * @return whether there is one
	 */
	public boolean endSlowestOfAll() {
		return this.slowestEnds.getAsBoolean();
	}

	/**
	 * Returns how long the write in progress has been waiting for the client.
	 * @return the time in nanoseconds; 0 if there is no write
	 */
	long blockedNanos() {
		long since = this.writesSinceNanos;
		return this.writing ? Math.max(0, this.nanoTime.getAsLong() - since) : 0;
	}

	boolean isTooSlow() {
		return this.writing && this.paced && isTooSlow(this.writtenNanos + blockedNanos());
	}

	private boolean isTooSlow(long nanos) {
		return (nanos - GRACE_NANOS) / 1e9 > (double) this.writtenBytes / this.rules.minBytesPerSecond();
	}

	/**
	 * Ends the connection because its client takes its answer too slowly.
	 */
	void endSlow() {
		if (shutDown()) {
			this.rules.observer().refused(HttpRefusal.SLOW_CLIENT);
		}
	}

	boolean isEnded() {
		return this.ended.get();
	}

	/**
	 * Wakes the thread that waits for the client: its read or write fails. Closing the
	 * connection would not wake it, and is left to the container. Any thread may call
	 * this. It does not block.
	 * @return whether this call has shut the connection down
	 */
	public boolean shutDown() {
		if (!this.ended.compareAndSet(false, true)) {
			return false;
		}
		try {
			this.channel.shutdownInput();
			this.channel.shutdownOutput();
		}
		catch (IOException ex) {
			logger.debug("The connection had already ended", ex);
		}
		return true;
	}

}

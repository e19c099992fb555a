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
 * A connection of an HTTP port, and how its client takes the answer to the request under
 * way. Its requests are worked on by one thread at a time; any thread may look at it and
 * end it.
 */
public final class HttpConnection {

	/** Has the connection, in each request. */
	static final String ATTRIBUTE = HttpConnection.class.getName();

	/** How long a client may be waited for, whatever it takes. */
	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final long FORGOTTEN = -1;

	private static final Logger logger = LoggerFactory.getLogger(HttpConnection.class);

	private final SocketChannel channel;

	private final PortLoad load;

	private final ConnectionRules rules;

	private final BooleanSupplier slowestEnds;

	private final LongSupplier nanoTime;

	private final AtomicBoolean ended = new AtomicBoolean();

	/** What is accounted for the request that has come in part; or {@link #FORGOTTEN}. */
	private final AtomicLong headBytes = new AtomicLong();

	/** When the server began to wait for the head of a request. */
	private volatile long waitsSinceNanos;

	private volatile boolean atWork;

	private volatile boolean writing;

	/**
	 * Whether writes of this answer are told as they begin, so that their time counts.
	 */
	private volatile boolean paced;

	private volatile long writesSinceNanos;

	/** For this answer, but for the write under way. */
	private volatile long writtenNanos;

	private volatile long writtenBytes;

	/**
	 * Creates a connection that waits for its first request.
	 * @param channel the connection
	 * @param load takes note of requests under way
	 * @param rules what holds for the connection
	 * @param slowestEnds ends the connection of the port whose client has been waited for
	 * longest; returns whether there is one
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
	 * @return its connection, or {@code null} if it came by none that is known
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
	 * Notes what the request that has come in part takes.
	 * @param bytes the number of bytes
	 * @return how much more that is than before
	 */
	long holdHead(long bytes) {
		long before = this.headBytes.get();
		return (before != FORGOTTEN && this.headBytes.compareAndSet(before, bytes)) ? bytes - before : 0;
	}

	// The same for one that has ended, and takes nothing any more.
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
	 * Notes that a part of the answer is about to be written, which may have to wait for
	 * the client. Only for the thread of the request.
	 */
	public void beginWrite() {
		this.paced = true;
		beginLastWrite();
	}

	/**
	 * Notes that what is left of the answer is about to be written by the container, by
	 * the end of the request. Only for the thread of the request.
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
	 * Returns whether so many requests are under way that threads are short soon. A
	 * connection should have no more than one of them then: the container does not look
	 * at others while more come by the same one.
	 * @return whether there are
	 */
	public boolean isPortBusy() {
		return this.load.isBusy();
	}

	/**
	 * Ends the connection whose client has been waited for longest, because all threads
	 * are in use.
	 * @return whether there is one
	 */
	public boolean endSlowestOfAll() {
		return this.slowestEnds.getAsBoolean();
	}

	/**
	 * Returns for how long the write under way has been waiting for the client.
	 * @return the time in nanoseconds; 0 if there is none
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
	 * Lets the thread that waits for the client go on: its read or write fails. To close
	 * the connection would not wake it, and is the container's affair. Any thread may do
	 * so, and does not wait.
	 * @return whether this call has done so
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
			logger.debug("The connection has ended by itself", ex);
		}
		return true;
	}

}

package io.eardrum.web.connector;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.eardrum.address.AddressShares;
import io.eardrum.budget.HeapShare;
import io.eardrum.web.event.HttpRefusal;

/**
 * The connections of an HTTP port. When there are as many as there may be, or no memory
 * for one more, room is made for whoever comes: of the address with most, the one that
 * has waited for longest to send a request ends. A request under way is left alone.
 * <p>
 * A connection whose next request has come in part takes much more than one that waits,
 * for the container reads it into buffers that it keeps until the request is whole.
 * <p>
 * Safe for any number of threads.
 */
final class HttpConnections {

	/** How many connections may turn out to be at work before a client is turned away. */
	private static final int MAX_ATTEMPTS = 256;

	/** For so many there is memory in any case. */
	private static final int ALWAYS = 32;

	/** A client that was waited for less long is not slow. */
	private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final AddressShares<HttpConnection> places;

	private final Map<SocketChannel, HttpConnection> connections = new ConcurrentHashMap<>();

	private final ConnectionRules rules;

	private final HeapShare heap;

	private final Capacity capacity;

	/** What all of them may take, in bytes. */
	private final long maxBytes;

	/** What is taken for requests that have come in part, in bytes. */
	private final AtomicLong headBytes = new AtomicLong();

	private final PortLoad load;

	private final LongSupplier nanoTime;

	private final Predicate<HttpConnection> ending;

	/**
	 * Creates the connections of a port, of which there are none yet.
	 * @param capacity what there may be
	 * @param rules what holds for them
	 * @param nanoTime a clock in nanoseconds
	 * @param ending ends a connection that is not at work, and has {@link #remove} called
	 * on the way; returns whether it has done so
	 */
	HttpConnections(Capacity capacity, ConnectionRules rules, LongSupplier nanoTime, Predicate<HttpConnection> ending) {
		this.capacity = capacity;
		this.load = new PortLoad(capacity.threads());
		this.rules = rules;
		this.heap = rules.heap();
		this.maxBytes = maxBytes(rules.heap());
		this.nanoTime = nanoTime;
		this.ending = ending;
		this.places = new AddressShares<>(capacity.limit(), rules.addresses(), this::lastSeenNanos);
	}

	// A quarter of the memory is for what comes over TCP.
	static long maxBytes(HeapShare heap) {
		return heap.maxBytes() / 4 * 3;
	}

	private long lastSeenNanos(HttpConnection connection) {
		return connection.isAtWork() ? this.nanoTime.getAsLong() : connection.waitsSinceNanos();
	}

	/**
	 * Takes a connection, by the one thread that accepts them.
	 * @param channel the connection
	 * @param address where it comes from
	 * @return whether there is room for it
	 */
	boolean admit(SocketChannel channel, @Nullable InetAddress address) {
		boolean admitted = endUntil((atWork) -> this.places.size() + atWork < this.places.limit() && reserve());
		if (admitted) {
			HttpConnection connection = new HttpConnection(channel, this.load, this.rules, this::endSlowest,
					this.nanoTime);
			this.connections.put(channel, connection);
			this.places.add(connection, address);
		}
		else {
			this.heap.refused();
			this.rules.observer().refused(HttpRefusal.CONNECTIONS);
		}
		return admitted;
	}

	/**
	 * Accounts for the buffers of a request. They are there already; if that is too much,
	 * the connections end that also end for a newcomer.
	 * @param channel the connection
	 * @param begun whether a request has come in part, and not as a whole
	 */
	void expectHead(SocketChannel channel, boolean begun) {
		HttpConnection connection = this.connections.get(channel);
		if (connection == null) {
			return;
		}
		long bytes = begun ? this.capacity.bytesOfHead() : 0;
		// First, for it may end meanwhile and give back what it holds.
		account(bytes);
		long more = connection.holdHead(bytes);
		account(more - bytes);
		if (more > 0 && isTooMuch()) {
			endUntil((atWork) -> !isTooMuch());
		}
	}

	private void account(long bytes) {
		this.headBytes.addAndGet(bytes);
		if (bytes > 0) {
			this.heap.force(bytes);
		}
		else {
			this.heap.release(-bytes);
		}
	}

	private boolean isTooMuch() {
		return this.heap.freeBytes() < 0
				|| this.connections.size() * this.capacity.bytesEach() + this.headBytes.get() > this.maxBytes;
	}

	// Returns whether the condition holds after so many have ended as that took. It is
	// asked with the number of those that were at work.
	private boolean endUntil(IntPredicate condition) {
		List<HttpConnection> atWork = new ArrayList<>();
		boolean reached = condition.test(atWork.size());
		for (int attempt = 1; attempt < MAX_ATTEMPTS && !reached; attempt++) {
			HttpConnection longest = this.places.makeRoom();
			if (longest != null && !end(longest)) {
				atWork.add(longest);
			}
			reached = condition.test(atWork.size());
		}
		atWork.forEach(this::putBack);
		return reached;
	}

	private boolean end(HttpConnection connection) {
		boolean done = this.ending.test(connection);
		if (done) {
			this.rules.observer().refused(HttpRefusal.CROWDED_OUT);
		}
		return done;
	}

	private void putBack(HttpConnection connection) {
		this.places.add(connection, connection.channel().socket().getInetAddress());
		if (!this.connections.containsKey(connection.channel())) {
			// It has ended meanwhile.
			this.places.remove(connection);
		}
	}

	// A few are let in whatever others hold: somebody may ask for the server's health.
	private boolean reserve() {
		if (this.connections.size() < ALWAYS) {
			this.heap.force(this.capacity.bytesEach());
			return true;
		}
		return this.heap.tryReserve(this.capacity.bytesEach());
	}

	/**
	 * Ends all whose next head has not come in time, or that take their answers too
	 * slowly; a second is too slow while hardly a thread is left.
	 */
	void endOverdue() {
		long now = this.nanoTime.getAsLong();
		boolean tight = this.load.isTight();
		for (HttpConnection connection : this.connections.values()) {
			if (isOverdue(connection, now) && this.ending.test(connection)) {
				this.rules.observer().refused(HttpRefusal.HEAD_TIMEOUT);
			}
			else if (connection.isTooSlow() || (tight && connection.blockedNanos() > SLOW_NANOS)) {
				connection.endSlow();
			}
		}
	}

	/**
	 * Ends the connection whose client has been waited for longest.
	 * @return whether there is one that was waited for long enough to be called slow
	 */
	boolean endSlowest() {
		HttpConnection slowest = null;
		long longestNanos = SLOW_NANOS;
		for (HttpConnection connection : this.connections.values()) {
			long nanos = connection.blockedNanos();
			if (nanos > longestNanos && !connection.isEnded()) {
				slowest = connection;
				longestNanos = nanos;
			}
		}
		if (slowest != null) {
			slowest.endSlow();
		}
		return slowest != null;
	}

	private boolean isOverdue(HttpConnection connection, long now) {
		return !connection.isAtWork() && now - connection.waitsSinceNanos() > this.rules.headTimeout().toNanos();
	}

	/**
	 * Forgets a connection that ends, if it is known.
	 * @param channel the connection
	 */
	void remove(SocketChannel channel) {
		HttpConnection connection = this.connections.remove(channel);
		if (connection != null) {
			this.places.remove(connection);
			this.heap.release(this.capacity.bytesEach());
			account(connection.forgetHead());
		}
	}

	@Nullable HttpConnection get(SocketChannel channel) {
		return this.connections.get(channel);
	}

	int size() {
		return this.connections.size();
	}

	/**
	 * What there may be on a port, and what it takes.
	 *
	 * @param limit how many connections
	 * @param threads how many requests under way at once
	 * @param bytesEach what a connection takes of the heap, in bytes
	 * @param bytesOfHead what it takes besides while a request has come in part, in bytes
	 */
	record Capacity(int limit, int threads, long bytesEach, long bytesOfHead) {

	}

}

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
 * The connections of an HTTP port. When their limit is reached, or there is no memory for
 * one more, a new connection displaces an old one: of the address with the most
 * connections, the one that has been idle for longest ends. A connection with a request
 * in progress is left alone.
 * <p>
 * A connection with a partial request takes much more memory than an idle one, because
 * the container reads the request into buffers and keeps them until the request is
 * complete.
 * <p>
 * Safe for any number of threads.
 */
final class HttpConnections {

	/** How many connections may turn out to be in use before a client is turned away. */
	private static final int MAX_ATTEMPTS = 256;

	/** There is always memory for this many connections. */
	private static final int ALWAYS = 32;

	/** A client is not slow before the server has waited this long for it. */
	private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final AddressShares<HttpConnection> places;

	private final Map<SocketChannel, HttpConnection> connections = new ConcurrentHashMap<>();

	private final ConnectionRules rules;

	private final HeapShare heap;

	private final Capacity capacity;

	/** How much memory all of them may take, in bytes. */
	private final long maxBytes;

	/** The memory that partial requests take, in bytes. */
	private final AtomicLong headBytes = new AtomicLong();

	private final PortLoad load;

	private final LongSupplier nanoTime;

	private final Predicate<HttpConnection> ending;

	/**
	 * Creates the connections of a port, without any connection.
	 * @param capacity how many there may be, and how much memory each takes
	 * @param rules the rules for them
	 * @param nanoTime a clock in nanoseconds
	 * @param ending ends a connection that is not in use, and calls {@link #remove} on
	 * the way; returns whether it has ended it
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

	// A quarter of the memory is for the TCP ports.
	static long maxBytes(HeapShare heap) {
		return heap.maxBytes() / 4 * 3;
	}

	private long lastSeenNanos(HttpConnection connection) {
		return connection.isAtWork() ? this.nanoTime.getAsLong() : connection.waitsSinceNanos();
	}

	/**
	 * Adds a connection. Only the one thread that accepts connections calls this.
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
	 * Accounts for the buffers of a request. The buffers exist already. If they take too
	 * much memory, connections end in the same order as for a new connection.
	 * @param channel the connection
	 * @param begun whether a request has come in part, but is not complete
	 */
	void expectHead(SocketChannel channel, boolean begun) {
		HttpConnection connection = this.connections.get(channel);
		if (connection == null) {
			return;
		}
		long bytes = begun ? this.capacity.bytesOfHead() : 0;
		// This comes first, because the connection may end meanwhile and release what it
		// holds.
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

	// Ends connections until the condition holds, and returns whether it does. The
	// condition is tested with the number of connections that were in use.
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
			// The connection has ended meanwhile.
			this.places.remove(connection);
		}
	}

	// A few are admitted however much memory others hold, because one may ask for the
	// server's health.
	private boolean reserve() {
		if (this.connections.size() < ALWAYS) {
			this.heap.force(this.capacity.bytesEach());
			return true;
		}
		return this.heap.tryReserve(this.capacity.bytesEach());
	}

	/**
	 * Ends all connections whose next head has not come in time, and all whose clients
	 * take their answers too slowly. While hardly any threads are left, waiting one
	 * second is too slow.
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
	 * Ends the connection on whose client the server has waited longest.
	 * @return whether there is one whose client is slow
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
	 * Removes a connection that ends, if it is known.
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
	 * How many connections a port may have, and how much memory they take.
	 *
	 * @param limit the maximum number of connections
	 * @param threads the maximum number of requests in progress
	 * @param bytesEach how much of the heap a connection takes, in bytes
	 * @param bytesOfHead how much it takes in addition while a request is incomplete, in
	 * bytes
	 */
	record Capacity(int limit, int threads, long bytesEach, long bytesOfHead) {

	}

}

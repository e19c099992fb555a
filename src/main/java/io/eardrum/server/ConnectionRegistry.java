package io.eardrum.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * All open connections, whatever the port, and whether the server is stopping. Safe for
 * any number of threads.
 */
final class ConnectionRegistry {

	private static final Log logger = LogFactory.getLog(ConnectionRegistry.class);

	private final Set<FrameConnection> connections = ConcurrentHashMap.newKeySet();

	/** Of the heap, for replies that are not taken, and as much for frames at work. */
	private static final int SHARE = 8;

	private final int limit;

	/** How many places are taken; a connection takes one before it is there. */
	private final AtomicInteger taken = new AtomicInteger();

	private final UnreadReplies unreadReplies;

	private final FrameMemory frameMemory;

	private final LogRate failureRate = new LogRate();

	private volatile boolean stopping;

	/**
	 * Creates a registry.
	 * @param limit how many connections there may be, to all ports together
	 */
	ConnectionRegistry(int limit) {
		this(limit, new UnreadReplies(Runtime.getRuntime().maxMemory() / SHARE),
				new FrameMemory(Runtime.getRuntime().maxMemory() / SHARE));
	}

	ConnectionRegistry(int limit, UnreadReplies unreadReplies, FrameMemory frameMemory) {
		this.limit = limit;
		this.unreadReplies = unreadReplies;
		this.frameMemory = frameMemory;
	}

	// What connections hold while their clients don't take their replies.
	UnreadReplies unreadReplies() {
		return this.unreadReplies;
	}

	// What frames take until they are answered.
	FrameMemory frameMemory() {
		return this.frameMemory;
	}

	int limit() {
		return this.limit;
	}

	// Whether one more is one too many.
	boolean isFull() {
		return this.taken.get() >= this.limit;
	}

	/**
	 * Adds a connection.
	 * @param connection the connection, which is not there yet
	 * @return whether there was room for it; several ports may each have accepted a
	 * client when there was room for one
	 */
	boolean add(FrameConnection connection) {
		if (this.taken.getAndUpdate((count) -> Math.min(count + 1, this.limit)) >= this.limit) {
			return false;
		}
		this.connections.add(connection);
		return true;
	}

	// Returns whether the connection was there.
	boolean remove(FrameConnection connection) {
		boolean there = this.connections.remove(connection);
		if (there) {
			this.taken.decrementAndGet();
		}
		return there;
	}

	int size() {
		return this.connections.size();
	}

	// How many connections there are of one port.
	int size(String factoryName) {
		int count = 0;
		for (FrameConnection connection : this.connections) {
			if (factoryName.equals(connection.getConnectionFactoryName())) {
				count++;
			}
		}
		return count;
	}

	/**
	 * Does something to each connection. What fails for one of them is logged now and
	 * then, and does not keep the others from it.
	 * @param consumer does it
	 */
	void forEach(Consumer<FrameConnection> consumer) {
		for (FrameConnection connection : this.connections) {
			try {
				consumer.accept(connection);
			}
			catch (OutOfMemoryError ex) {
				FrameLoop.requireThreadShortage(ex);
				report(ex);
			}
			catch (RuntimeException | Error ex) {
				report(ex);
			}
		}
	}

	private void report(Throwable defect) {
		if (this.failureRate.permits()) {
			logger.error("A connection could not be looked after", defect);
		}
	}

	// No session may wait for another frame from now on.
	void stop() {
		this.stopping = true;
	}

	boolean isStopping() {
		return this.stopping;
	}

}

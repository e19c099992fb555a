package io.eardrum.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;

/**
 * All open connections, whatever the port, and whether the server is stopping. Safe for
 * any number of threads.
 */
final class ConnectionRegistry {

	private static final Log logger = LogFactory.getLog(ConnectionRegistry.class);

	private final Set<FrameConnection> connections = ConcurrentHashMap.newKeySet();

	private final int limit;

	/** How many places are taken; a connection takes one before it is there. */
	private final AtomicInteger taken = new AtomicInteger();

	private final UnreadReplies unreadReplies;

	private final FrameMemory frameMemory;

	private final UnfinishedInput unfinishedInput;

	private final LogRate failureRate = new LogRate();

	private volatile boolean stopping;

	/**
	 * Creates a registry with a budget of its own.
	 * @param limit how many connections there may be, to all ports together
	 */
	ConnectionRegistry(int limit) {
		this(limit, HeapBudget.ofThisProcess());
	}

	/**
	 * Creates a registry.
	 * @param limit how many connections there may be, to all ports together
	 * @param budget what they may take of the heap
	 */
	ConnectionRegistry(int limit, HeapBudget budget) {
		this.limit = limit;
		this.unreadReplies = new UnreadReplies(budget.share(HeapUse.REPLIES), budget.slowClients());
		this.frameMemory = new FrameMemory(budget.share(HeapUse.FRAMES));
		this.unfinishedInput = new UnfinishedInput(budget.share(HeapUse.CONNECTIONS), this::forEach);
		budget.whenReleased(this.frameMemory::readOnIfThereIsRoom);
	}

	// What connections hold while their clients don't take their replies.
	UnreadReplies unreadReplies() {
		return this.unreadReplies;
	}

	// What frames take until they are answered.
	FrameMemory frameMemory() {
		return this.frameMemory;
	}

	// What they hold of what clients have begun to send.
	UnfinishedInput unfinishedInput() {
		return this.unfinishedInput;
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

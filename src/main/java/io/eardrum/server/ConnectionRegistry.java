package io.eardrum.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * All open connections, whatever the port, and whether the server is stopping. Safe for
 * any number of threads.
 */
final class ConnectionRegistry {

	private final Set<FrameConnection> connections = ConcurrentHashMap.newKeySet();

	private final int limit;

	private volatile boolean stopping;

	/**
	 * Creates a registry.
	 * @param limit how many connections there may be, to all ports together
	 */
	ConnectionRegistry(int limit) {
		this.limit = limit;
	}

	int limit() {
		return this.limit;
	}

	// Tells whether one more is one too many.
	boolean isFull() {
		return this.connections.size() >= this.limit;
	}

	void add(FrameConnection connection) {
		this.connections.add(connection);
	}

	// Tells whether the connection was there.
	boolean remove(FrameConnection connection) {
		return this.connections.remove(connection);
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

	void forEach(Consumer<FrameConnection> consumer) {
		this.connections.forEach(consumer);
	}

	// No session may wait for another frame from now on.
	void stop() {
		this.stopping = true;
	}

	boolean isStopping() {
		return this.stopping;
	}

}

package io.eardrum.server.connection;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.eardrum.address.AddressShares;
import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.server.event.ResetReason;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.limit.ClientMemory;
import io.eardrum.server.limit.DefectLog;
import io.eardrum.server.limit.InboundMemoryLimit;
import io.eardrum.server.limit.OutboundMemoryLimit;
import io.eardrum.server.limit.UnfinishedInputLimit;

/**
 * All open connections, whatever the port, and whether the server is stopping. Safe for
 * any number of threads.
 */
public final class ConnectionRegistry {

	private static final Log logger = LogFactory.getLog(ConnectionRegistry.class);

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	/** A connection has its place before it is in the set. */
	private final AddressShares<Connection> places;

	private final ClientAddresses addresses;

	private final ClientMemory memory;

	private final DefectLog defects = new DefectLog(logger);

	private volatile boolean stopping;

	/**
	 * Creates a registry with a budget of its own.
	 * @param limit how many connections there may be, to all ports together
	 */
	public ConnectionRegistry(int limit) {
		this(limit, HeapBudget.ofThisProcess());
	}

	public ConnectionRegistry(int limit, HeapBudget budget) {
		this(limit, ClientAddresses.distinct(), budget);
	}

	/**
	 * Creates a registry.
	 * @param limit how many connections there may be, to all ports together
	 * @param addresses tells clients apart
	 * @param budget what they may take of the heap
	 */
	public ConnectionRegistry(int limit, ClientAddresses addresses, HeapBudget budget) {
		this.addresses = addresses;
		this.places = new AddressShares<>(limit, addresses, Connection::lastSeenNanos);
		this.memory = new ClientMemory(new InboundMemoryLimit(budget.share(HeapUse.FRAMES)),
				new UnfinishedInputLimit(budget.share(HeapUse.CONNECTIONS), this::forEach),
				new OutboundMemoryLimit(budget.share(HeapUse.REPLIES), budget.slowClients()));
		budget.whenReleased(this.memory.frames()::readOnIfThereIsRoom);
	}

	public ClientMemory memory() {
		return this.memory;
	}

	/**
	 * Returns what all connections of a port have in common.
	 * @param observer is told what happens on the port
	 * @return the port, whose connections leave this registry when they end
	 */
	public Port port(ServerObserver observer) {
		return new Port(this.memory, this.addresses, observer, this::isStopping);
	}

	public int limit() {
		return this.places.limit();
	}

	// Returns whether there is no room for another connection.
	boolean isFull() {
		return this.places.isFull();
	}

	/**
	 * Makes room for a client if there is none. Of the address with the most connections,
	 * the one that has been silent for longest is reset.
	 * @param address where the client comes from
	 * @return whether there is room now; if not, no address has more connections than the
	 * client's
	 */
	public boolean makeRoom(InetAddress address) {
		while (this.places.isFull()) {
			Connection silent = this.places.makeRoom(address);
			if (silent == null) {
				return false;
			}
			silent.reset(ResetReason.CROWDED_OUT);
		}
		return true;
	}

	/**
	 * Adds a connection.
	 * @param connection the connection, which has not been added yet
	 * @return whether there was room for it; there may be none although there was,
	 * because several ports accept clients
	 */
	public boolean add(Connection connection) {
		connection.whenEnded(() -> remove(connection));
		if (!this.places.add(connection, connection.remoteAddress())) {
			return false;
		}
		this.connections.add(connection);
		if (connection.isEnding()) {
			// It was reset to make room before it could be removed from the set.
			this.connections.remove(connection);
		}
		return true;
	}

	// Returns whether the connection had been added.
	public boolean remove(Connection connection) {
		this.places.remove(connection);
		return this.connections.remove(connection);
	}

	public int size() {
		return this.connections.size();
	}

	// Returns how many connections one port has.
	public int size(Port port) {
		int count = 0;
		for (Connection connection : this.connections) {
			if (connection.port().equals(port)) {
				count++;
			}
		}
		return count;
	}

	/**
	 * Does something to each connection. A failure for one of them is logged at a limited
	 * rate, and does not concern the others.
	 * @param consumer does it
	 */
	public void forEach(Consumer<? super Connection> consumer) {
		for (Connection connection : this.connections) {
			try {
				consumer.accept(connection);
			}
			catch (RuntimeException | Error ex) {
				this.defects.survive("A connection could not be looked after", ex);
			}
		}
	}

	// From now on, no session may wait for another frame.
	public void stop() {
		this.stopping = true;
	}

	public boolean isStopping() {
		return this.stopping;
	}

}

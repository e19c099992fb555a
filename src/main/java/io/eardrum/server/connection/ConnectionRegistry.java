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

	/** A connection has its place before it is there. */
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

	// Whether one more is one too many.
	boolean isFull() {
		return this.places.isFull();
	}

	/**
	 * Makes room for a client if there is none: of the address with most connections, the
	 * one that was silent for longest is reset.
	 * @param address where the client comes from
	 * @return whether there is room now; if not, no address has more connections than
	 * that of the client
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
	 * @param connection the connection, which is not there yet
	 * @return whether there was room for it; several ports may each have accepted a
	 * client when there was room for one
	 */
	public boolean add(Connection connection) {
		connection.whenEnded(() -> remove(connection));
		if (!this.places.add(connection, connection.remoteAddress())) {
			return false;
		}
		this.connections.add(connection);
		if (connection.isEnding()) {
			// It had to make room before it was there to be removed.
			this.connections.remove(connection);
		}
		return true;
	}

	// Returns whether the connection was there.
	public boolean remove(Connection connection) {
		this.places.remove(connection);
		return this.connections.remove(connection);
	}

	public int size() {
		return this.connections.size();
	}

	// How many connections there are of one port.
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
	 * Does something to each connection. What fails for one of them is logged now and
	 * then, and does not keep the others from it.
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

	// No session may wait for another frame from now on.
	public void stop() {
		this.stopping = true;
	}

	public boolean isStopping() {
		return this.stopping;
	}

}

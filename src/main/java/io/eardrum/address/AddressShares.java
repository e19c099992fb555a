package io.eardrum.address;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The connections that there may be at once, and the clients that have them. As long as
 * there is room, a client may have any number of them. When there is none, a client that
 * has fewer connections than another one gets room: of the client with the most
 * connections, the one that has been silent longest has to go.
 * <p>
 * Safe for any number of threads. The memory it takes is proportional to the number of
 * connections.
 *
 * @param <C> the type of a connection; connections are compared by identity
 */
public final class AddressShares<C> {

	/** How many are found by one search, because a search looks at all connections. */
	private static final int CANDIDATES = 64;

	private final int limit;

	private final ClientAddresses addresses;

	private final ToLongFunction<? super C> lastSeenNanos;

	private final IdentityHashMap<C, Place<C>> places = new IdentityHashMap<>();

	private final Map<Object, Client> clients = new HashMap<>();

	/** How many clients have a given number of connections, by that number. */
	private int[] clientsBySize = new int[16];

	/** How many connections the client with the most has. */
	private int largest;

	/**
	 * Connections of the clients with the most, in the order of how long they had been
	 * silent when the search was made, the longest first. Connections that are not here
	 * have sent something later.
	 */
	private final Deque<Place<C>> candidates = new ArrayDeque<>();

	/**
	 * Creates the shares.
	 * @param limit how many connections there may be, 1 or more
	 * @param addresses distinguishes clients
	 * @param lastSeenNanos returns when a connection last sent something, as
	 * {@link System#nanoTime()}
	 */
	public AddressShares(int limit, ClientAddresses addresses, ToLongFunction<? super C> lastSeenNanos) {
		this.limit = limit;
		this.addresses = addresses;
		this.lastSeenNanos = lastSeenNanos;
	}

	public int limit() {
		return this.limit;
	}

	public synchronized int size() {
		return this.places.size();
	}

	public synchronized boolean isFull() {
		return this.places.size() >= this.limit;
	}

	/**
	 * Adds a connection if there is room.
	 * @param connection the connection, which is not there yet
	 * @param address the address from which it comes, if that is known
	 * @return whether there was room
	 */
	public synchronized boolean add(C connection, @Nullable InetAddress address) {
		if (isFull()) {
			return false;
		}
		Object key = this.addresses.client(address);
		Client client = (key != null) ? this.clients.computeIfAbsent(key, Client::new) : new Client(null);
		this.places.put(connection, new Place<>(connection, client));
		resize(client, 1);
		return true;
	}

	/**
	 * Removes a connection.
	 * @param connection the connection
	 * @return whether it was there
	 */
	public synchronized boolean remove(C connection) {
		Place<C> place = this.places.remove(connection);
		if (place == null) {
			return false;
		}
		resize(place.client, -1);
		if (place.client.size == 0 && place.client.key != null) {
			this.clients.remove(place.client.key);
		}
		return true;
	}

	/**
	 * Makes room for a connection of a client, whether there is already room or not.
	 * @param address the address of the client, if that is known
	 * @return the connection that has to go, which is already removed and which the
	 * caller ends; or {@code null} if no other client has more connections than this one
	 */
	public synchronized @Nullable C makeRoom(@Nullable InetAddress address) {
		Object key = this.addresses.client(address);
		Client client = (key != null) ? this.clients.get(key) : null;
		return (this.largest > ((client != null) ? client.size : 0)) ? makeRoom() : null;
	}

	/**
	 * Makes room for a connection of any client.
	 * @return the connection that has to go, which is already removed and which the
	 * caller ends; or {@code null} if there is none
	 */
	public synchronized @Nullable C makeRoom() {
		if (this.places.isEmpty()) {
			return null;
		}
		Place<C> longest = candidate();
		if (longest == null) {
			findCandidates();
			longest = this.candidates.remove();
		}
		remove(longest.connection);
		return longest.connection;
	}

	// A candidate of a client with fewer connections stays, because that client may have
	// the most again.
	private @Nullable Place<C> candidate() {
		Iterator<Place<C>> each = this.candidates.iterator();
		while (each.hasNext()) {
			Place<C> candidate = each.next();
			if (!isStillSilent(candidate)) {
				each.remove();
			}
			else if (candidate.client.size == this.largest) {
				each.remove();
				return candidate;
			}
		}
		return null;
	}

	private boolean isStillSilent(Place<C> candidate) {
		return this.places.get(candidate.connection) == candidate
				&& this.lastSeenNanos.applyAsLong(candidate.connection) == candidate.seenNanos;
	}

	private void findCandidates() {
		this.candidates.clear();
		long now = System.nanoTime();
		// The connection that was silent for the shortest time is at the head, and is the
		// first to be dropped.
		PriorityQueue<Place<C>> longest = new PriorityQueue<>(
				(one, other) -> Long.compare(now - one.seenNanos, now - other.seenNanos));
		for (Place<C> place : this.places.values()) {
			if (place.client.size == this.largest) {
				place.seenNanos = this.lastSeenNanos.applyAsLong(place.connection);
				longest.add(place);
				if (longest.size() > CANDIDATES) {
					longest.remove();
				}
			}
		}
		while (!longest.isEmpty()) {
			this.candidates.addFirst(longest.remove());
		}
	}

	private void resize(Client client, int change) {
		if (client.size > 0) {
			this.clientsBySize[client.size]--;
		}
		client.size += change;
		if (client.size >= this.clientsBySize.length) {
			this.clientsBySize = Arrays.copyOf(this.clientsBySize, 2 * client.size);
		}
		if (client.size > 0) {
			this.clientsBySize[client.size]++;
		}
		this.largest = Math.max(this.largest, client.size);
		while (this.largest > 0 && this.clientsBySize[this.largest] == 0) {
			this.largest--;
		}
	}

	private static final class Client {

		/** {@code null} if its address stands for many clients. */
		private final @Nullable Object key;

		private int size;

		Client(@Nullable Object key) {
			this.key = key;
		}

	}

	private static final class Place<C> {

		private final C connection;

		private final Client client;

		/** When it was last heard from, as of the last search for candidates. */
		private long seenNanos;

		Place(C connection, Client client) {
			this.connection = connection;
			this.client = client;
		}

	}

}

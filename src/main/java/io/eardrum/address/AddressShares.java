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
 * The connections that there may be at once, and which clients have them. As long as
 * there is room, anybody may have any number of them. Then room is made for a client that
 * has fewer than another one: of the client with most connections, the one that was
 * silent for longest has to go.
 * <p>
 * Safe for any number of threads. The memory it takes is proportional to the connections
 * that are there.
 *
 * @param <C> the type of a connection, which is told apart from others by identity
 */
public final class AddressShares<C> {

	/** So many are looked for at once, for it means to look at all connections. */
	private static final int CANDIDATES = 64;

	private final int limit;

	private final ClientAddresses addresses;

	private final ToLongFunction<? super C> lastSeenNanos;

	private final IdentityHashMap<C, Place<C>> places = new IdentityHashMap<>();

	private final Map<Object, Client> clients = new HashMap<>();

	/** How many clients have so many connections, by that number. */
	private int[] clientsBySize = new int[16];

	/** How many connections the client with most has. */
	private int largest;

	/**
	 * Connections of clients with most, by how long they had been silent when they were
	 * looked for, the longest first. Those that are not here have sent something later.
	 */
	private final Deque<Place<C>> candidates = new ArrayDeque<>();

	/**
	 * Creates the shares.
	 * @param limit how many connections there may be, 1 or more
	 * @param addresses tells clients apart
	 * @param lastSeenNanos when a connection has last been heard of, as
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
	 * @param address where it comes from, if that is known
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
	 * Makes room for a connection of a client, whether there is room or not.
	 * @param address where the client comes from, if that is known
	 * @return the connection that has to go, which is removed already and which the
	 * caller ends; or {@code null} if no other client has more connections than this one
	 */
	public synchronized @Nullable C makeRoom(@Nullable InetAddress address) {
		Object key = this.addresses.client(address);
		Client client = (key != null) ? this.clients.get(key) : null;
		return (this.largest > ((client != null) ? client.size : 0)) ? makeRoom() : null;
	}

	/**
	 * Makes room for a connection of whoever it may be.
	 * @return the connection that has to go, which is removed already and which the
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

	// One of a client with fewer connections stays here: it may have most again.
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
		// The one that was silent for the shortest time comes first, and goes first.
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

		/** None if its address stands for many clients. */
		private final @Nullable Object key;

		private int size;

		Client(@Nullable Object key) {
			this.key = key;
		}

	}

	private static final class Place<C> {

		private final C connection;

		private final Client client;

		/** As of when candidates were looked for. */
		private long seenNanos;

		Place(C connection, Client client) {
			this.connection = connection;
			this.client = client;
		}

	}

}

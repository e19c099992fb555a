package io.eardrum.web.security;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The places for requests that wait for a slow hash. At most {@value #ALL} requests wait
 * at once, and at most one of each client. At most half of the places are for clients
 * that were wrong lately, so that clients that try passwords can't occupy all places.
 * Safe for any number of threads.
 */
final class HashPlaces {

	static final int ALL = 16;

	private final Set<Object> clients = new HashSet<>();

	private int taken;

	private int takenBySuspects;

	/**
	 * Takes a place if there is one.
	 * @param client the client of the request; {@code null} if it is not known which one
	 * it is
	 * @param suspect whether it was wrong lately
	 * @return whether there was one
	 */
	synchronized boolean enter(@Nullable Object client, boolean suspect) {
		if (this.taken >= ALL || (suspect && this.takenBySuspects >= ALL / 2)
				|| (client != null && !this.clients.add(client))) {
			return false;
		}
		this.taken++;
		this.takenBySuspects += suspect ? 1 : 0;
		return true;
	}

	/**
	 * Gives a place back.
	 * @param client as when it was taken
	 * @param suspect as when it was taken
	 */
	synchronized void leave(@Nullable Object client, boolean suspect) {
		this.clients.remove(client);
		this.taken--;
		this.takenBySuspects -= suspect ? 1 : 0;
	}

}

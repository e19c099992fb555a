package io.eardrum.web.security;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The places for those who wait for a slow hash: {@value #ALL} in all, one a client, and
 * half of them at most for clients that were wrong lately, so that those who try
 * passwords can't keep all. Safe for any number of threads.
 */
final class HashPlaces {

	static final int ALL = 16;

	private final Set<Object> clients = new HashSet<>();

	private int taken;

	private int takenBySuspects;

	/**
	 * Takes a place if there is one.
	 * @param client who wants it; {@code null} if it is not known which client it is
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

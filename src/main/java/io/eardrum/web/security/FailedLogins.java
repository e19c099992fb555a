package io.eardrum.web.security;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Limits how many wrong passwords are checked per second, for all clients together and
 * for each client after its first {@value #FIRST}. Requests beyond that are refused with
 * another answer, and their connections are closed. Only failures are counted, so clients
 * that know the password are not affected.
 * <p>
 * Safe for any number of threads. Remembers the {@value #MAX_CLIENTS} clients that have
 * failed most recently.
 */
final class FailedLogins {

	static final int FIRST = 5;

	private static final int MAX_CLIENTS = 10_000;

	private final LongSupplier nanoTime;

	private final int perClient;

	private final Bucket all;

	private final Map<Object, Bucket> clients = new LinkedHashMap<>(16, 0.75f, true) {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<Object, Bucket> eldest) {
			return size() > MAX_CLIENTS;
		}

	};

	/**
	 * Creates counts without any failure.
	 * @param all how many failures per second of all clients; as many may come at once
	 * @param perClient how many failures per second of each client
	 * @param nanoTime a clock in nanoseconds
	 */
	FailedLogins(int all, int perClient, LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.perClient = perClient;
		this.all = new Bucket(all, all, nanoTime.getAsLong());
	}

	/**
	 * Returns whether the password of a client that may be wrong is still checked. It is
	 * always checked if the client was not wrong lately, whatever the others do.
	 * @param client the client; {@code null} if it is not known which one it is
	 * @return whether it is checked
	 */
	synchronized boolean mayTry(@Nullable Object client) {
		long now = this.nanoTime.getAsLong();
		Bucket own = bucket(client);
		if (own == null) {
			return client != null || this.all.has(now);
		}
		return own.has(now) && this.all.has(now);
	}

	/**
	 * Returns whether a client was wrong lately, or is not known.
	 * @param client the client; {@code null} if it is not known which one it is
	 * @return whether it was
	 */
	synchronized boolean isSuspect(@Nullable Object client) {
		return client == null || this.clients.containsKey(client);
	}

	/**
	 * Counts a failure.
	 * @param client the client; {@code null} if it is not known which one it is
	 * @return whether it is within the limits
	 */
	synchronized boolean count(@Nullable Object client) {
		long now = this.nanoTime.getAsLong();
		Bucket own = (client != null) ? this.clients.computeIfAbsent(client,
				(key) -> new Bucket(Math.max(FIRST, this.perClient), this.perClient, now)) : null;
		// Both counts are checked first. Otherwise the refused attempts of one client
		// would use up the limit for all.
		return (own == null || own.has(now)) && this.all.take(now) && (own == null || own.take(now));
	}

	/**
	 * Forgets the failures of a client that has sent the right password.
	 * @param client the client; {@code null} if it is not known which one it is
	 */
	synchronized void forget(@Nullable Object client) {
		if (client != null) {
			this.clients.remove(client);
		}
	}

	private @Nullable Bucket bucket(@Nullable Object client) {
		return (client != null) ? this.clients.get(client) : null;
	}

	private static final class Bucket {

		private final double capacity;

		private final double perNano;

		private double level;

		private long lastNanos;

		Bucket(double capacity, double perSecond, long now) {
			this.capacity = capacity;
			this.perNano = perSecond / TimeUnit.SECONDS.toNanos(1);
			this.level = capacity;
			this.lastNanos = now;
		}

		boolean has(long now) {
			this.level = Math.min(this.capacity, this.level + (now - this.lastNanos) * this.perNano);
			this.lastNanos = now;
			return this.level >= 1;
		}

		boolean take(long now) {
			if (!has(now)) {
				return false;
			}
			this.level--;
			return true;
		}

	}

}

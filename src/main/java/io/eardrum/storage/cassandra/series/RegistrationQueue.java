package io.eardrum.storage.cassandra.series;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.cassandra.request.CongestionException;

/**
 * Registers the new series of puts, by one thread at a time and group by group. Each
 * waiting put gets its share of a group, so that a put with few new series need not wait
 * for all of a put with many.
 * <p>
 * Safe for any number of threads. The queue has no thread of its own. One of the waiting
 * threads registers for all until its own things are done, and then another one takes
 * over.
 *
 * @param <T> the type of what is registered
 */
final class RegistrationQueue<T> {

	private final int groupSize;

	private final Duration maxWait;

	/** Held for short times only, and never while a group is registered. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition groupDone = this.lock.newCondition();

	/**
	 * The puts that have things which are in no group yet. A put that had a share goes to
	 * the end.
	 */
	private final Deque<Newcomers<T>> waiting = new ArrayDeque<>();

	/** Whether a thread is registering a group. */
	private boolean registering;

	/**
	 * Creates a queue.
	 * @param groupSize how many things a group has at most, 1 or more
	 * @param maxWait how long a thread waits until the first of its own things is
	 * registered, and then until the next one is
	 */
	RegistrationQueue(int groupSize, Duration maxWait) {
		this.groupSize = groupSize;
		this.maxWait = maxWait;
	}

	/**
	 * Registers things, in their order.
	 * @param things the things
	 * @param registrar registers a group, which may contain things of other puts; called
	 * by this thread, or by that of another put
	 * @throws StorageException if a group that contained some of them failed; the things
	 * in earlier groups are registered
	 * @throws CongestionException if others had their turn for too long
	 */
	void register(List<T> things, Consumer<List<T>> registrar) {
		Newcomers<T> own = new Newcomers<>(things);
		this.lock.lock();
		try {
			this.waiting.add(own);
			long nanos = this.maxWait.toNanos();
			while (own.isOpen()) {
				int before = own.registered;
				if (!this.registering) {
					registerGroup(registrar);
				}
				else if (nanos > 0) {
					nanos = this.groupDone.awaitNanos(nanos);
				}
				else {
					throw new CongestionException(
							"The cluster is too slow: other new series are still being registered");
				}
				if (own.registered > before) {
					nanos = this.maxWait.toNanos();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new StorageException("The request was interrupted", ex);
		}
		finally {
			// If some of its things are in a group, that does no harm.
			this.waiting.remove(own);
			this.lock.unlock();
		}
		own.throwFailure();
	}

	// Called under the lock, which is given up while the group is registered.
	private void registerGroup(Consumer<List<T>> registrar) {
		Map<Newcomers<T>, Integer> shares = new LinkedHashMap<>();
		List<T> group = nextGroup(shares);
		// If an error ends this thread, no put may take its things for registered.
		@Nullable RuntimeException failure = new StorageException("The series could not be registered");
		this.registering = true;
		this.lock.unlock();
		try {
			registrar.accept(group);
			failure = null;
		}
		catch (RuntimeException ex) {
			failure = ex;
		}
		finally {
			this.lock.lock();
			this.registering = false;
			if (failure == null) {
				shares.forEach((newcomers, share) -> newcomers.registered += share);
			}
			else {
				fail(shares.keySet(), failure);
			}
			this.groupDone.signalAll();
		}
	}

	private void fail(Set<Newcomers<T>> group, RuntimeException failure) {
		for (Newcomers<T> newcomers : group) {
			newcomers.failure = failure;
			this.waiting.remove(newcomers);
		}
	}

	// Each put gets the same share at first. A put that has more to do gets what is left
	// of the group.
	private List<T> nextGroup(Map<Newcomers<T>, Integer> shares) {
		List<T> group = new ArrayList<>();
		int share = Math.max(1, this.groupSize / this.waiting.size());
		while (group.size() < this.groupSize && !this.waiting.isEmpty()) {
			Newcomers<T> next = this.waiting.remove();
			List<T> part = next.take(Math.min(share, this.groupSize - group.size()));
			group.addAll(part);
			shares.merge(next, part.size(), Integer::sum);
			if (next.hasMore()) {
				this.waiting.add(next);
			}
		}
		return group;
	}

	/**
	 * The things of one waiting put. Used under the lock.
	 */
	private static final class Newcomers<T> {

		private final List<T> things;

		private int taken;

		private int registered;

		private @Nullable RuntimeException failure;

		Newcomers(List<T> things) {
			this.things = things;
		}

		boolean isOpen() {
			return this.registered < this.things.size() && this.failure == null;
		}

		boolean hasMore() {
			return this.taken < this.things.size();
		}

		List<T> take(int limit) {
			int from = this.taken;
			this.taken = Math.min(from + limit, this.things.size());
			return this.things.subList(from, this.taken);
		}

		// Another thread may throw the same failure as well, so this makes a new
		// exception.
		void throwFailure() {
			if (this.failure instanceof CongestionException congestion) {
				throw new CongestionException(String.valueOf(congestion.getMessage()));
			}
			if (this.failure instanceof StorageException storage) {
				throw new StorageException(String.valueOf(storage.getMessage()), storage.getCause());
			}
			if (this.failure != null) {
				throw new StorageException("The series could not be registered: " + this.failure, this.failure);
			}
		}

	}

}

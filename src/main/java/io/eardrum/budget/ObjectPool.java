package io.eardrum.budget;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Keeps some objects for their next use, so that only sessions at work hold large ones.
 * It never blocks: if it is empty it creates an object, and if it is full it drops the
 * object that is given back.
 * <p>
 * Safe for any number of threads, and without a lock, because each thread begins to look
 * at a place of its own.
 *
 * @param <T> the type of the objects
 */
public final class ObjectPool<T> {

	private static final int PROBES = 4;

	private final AtomicReferenceArray<@Nullable T> places;

	private final Supplier<T> factory;

	/**
	 * Creates a pool.
	 * @param capacity how many objects it keeps at most, a power of two
	 * @param factory makes a new object
	 */
	public ObjectPool(int capacity, Supplier<T> factory) {
		this.places = new AtomicReferenceArray<>(capacity);
		this.factory = factory;
	}

	public T take() {
		int start = start();
		for (int i = 0; i < PROBES; i++) {
			int place = (start + i) & (this.places.length() - 1);
			if (this.places.get(place) != null) {
				T kept = this.places.getAndSet(place, null);
				if (kept != null) {
					return kept;
				}
			}
		}
		return this.factory.get();
	}

	public void giveBack(T object) {
		int start = start();
		for (int i = 0; i < PROBES; i++) {
			int place = (start + i) & (this.places.length() - 1);
			if (this.places.get(place) == null && this.places.compareAndSet(place, null, object)) {
				return;
			}
		}
	}

	private static int start() {
		return (int) Thread.currentThread().getId();
	}

}

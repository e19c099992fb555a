package io.eardrum.storage.series;

import io.eardrum.storage.StorageException;

/**
 * The capacity of the arrays of a series, in points. It grows by half: 1, 2, 4, 7, 11, 17
 * and so on.
 */
final class PointCapacity {

	/** The longest array of a JVM, with some elements to spare for its header. */
	private static final int MAX_POINTS = Integer.MAX_VALUE - 8;

	private PointCapacity() {
	}

	/**
	 * Returns how long the next arrays are.
	 * @param capacity how long the present arrays are
	 * @param needed how many points they have to hold
	 * @return the number of points
	 * @throws StorageException if no array can be as long as that
	 */
	static int grown(int capacity, long needed) {
		if (needed > MAX_POINTS) {
			throw new StorageException("a series in memory can't have more than " + MAX_POINTS + " points");
		}
		return (int) Math.min(MAX_POINTS, Math.max(needed, capacity + (capacity >> 1) + 1L));
	}

}

package io.eardrum.storage.series;

import io.eardrum.storage.StorageException;

/**
 * How many points the arrays of a series have room for. The room grows by half: 1, 2, 4,
 * 7, 11, 17 and so on.
 */
final class PointCapacity {

	/** What a JVM lets an array hold, with some bytes to spare for its header. */
	private static final int MAX_POINTS = Integer.MAX_VALUE - 8;

	private PointCapacity() {
	}

	/**
	 * Returns how long the next arrays are.
	 * @param capacity how long the ones before are
	 * @param needed how many points they have to hold
	 * @return the number of points
	 * @throws StorageException if no array is as long as that
	 */
	static int grown(int capacity, long needed) {
		if (needed > MAX_POINTS) {
			throw new StorageException("a series in memory can't have more than " + MAX_POINTS + " points");
		}
		return (int) Math.min(MAX_POINTS, Math.max(needed, capacity + (capacity >> 1) + 1L));
	}

}

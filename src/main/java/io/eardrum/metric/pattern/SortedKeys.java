package io.eardrum.metric.pattern;

import io.eardrum.metric.SeriesKey;

/**
 * Keys in ascending order of their bytes, each at a place of its own.
 */
public interface SortedKeys {

	/**
	 * Returns how many places there are.
	 * @return the number of places
	 */
	int size();

	/**
	 * Returns the key at a place.
	 * @param place the place, from 0, below {@link #size()}
	 * @return the key, which may have been removed
	 */
	SeriesKey key(int place);

	/**
	 * Returns whether the key at a place has been removed.
	 * @param place the place, from 0, below {@link #size()}
	 * @return whether it is not a key any more
	 */
	boolean isRemoved(int place);

	/**
	 * Finds the first place, from a place on, whose key does not come before some bytes.
	 * The nearer it is, the less time this takes.
	 * @param bytes the array that holds the bytes
	 * @param length how many of them there are, from the beginning of the array
	 * @param from the place at which to begin
	 * @return the place, or {@link #size()} if there is none. The key there may have been
	 * removed
	 */
	int seek(byte[] bytes, int length, int from);

	/**
	 * Takes places.
	 */
	@FunctionalInterface
	interface Places {

		/**
		 * Takes some places.
		 * @param from the first place
		 * @param to the place after the last one
		 * @return whether there is room for more
		 */
		boolean add(int from, int to);

	}

}

package io.eardrum.storage.embedded.head;

/**
 * Takes points from an array in which each timestamp is followed by the bits of its
 * value.
 */
@FunctionalInterface
public interface CellVisitor {

	/**
	 * Takes points.
	 * @param cells the array, which must not be changed
	 * @param offset the index of the first timestamp
	 * @param points how many points there are
	 */
	void accept(long[] cells, int offset, int points);

}

package io.eardrum.storage.embedded.head;

/**
 * Takes points that stand in an array, timestamp and bits of the value in turn.
 */
@FunctionalInterface
public interface CellVisitor {

	/**
	 * Takes points.
	 * @param cells the array, which is not to be changed
	 * @param offset the index of the first timestamp
	 * @param points how many points there are
	 */
	void accept(long[] cells, int offset, int points);

}

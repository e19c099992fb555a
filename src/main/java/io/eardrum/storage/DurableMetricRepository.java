package io.eardrum.storage;

import java.nio.file.Path;

/**
 * A store that keeps its points on a disk of this machine.
 */
public interface DurableMetricRepository extends MetricRepository {

	/**
	 * Returns what the store has counted. It is quick and never throws.
	 * @return the numbers as of now
	 */
	StorageStatistics statistics();

	/**
	 * Returns the limits of the store. They stay the same as long as it is open.
	 * @return the limits
	 */
	StorageLimits limits();

	/**
	 * Makes a copy of the store as of one moment, while points are put and read. The copy
	 * has every point whose put returned before the call. To restore it, start a server
	 * on it.
	 * @param target the directory of the copy, which must not exist; on the same disk,
	 * the copy is made of links and takes next to no time or space
	 * @throws StorageException if the copy can't be made, also because another one is
	 * being made
	 */
	void backup(Path target);

}

package io.eardrum.storage.series;

import io.eardrum.metric.SeriesKey;

/**
 * Stands in a list of series for one that has been removed, so that others are still
 * found by bisection, however many neighbours are gone.
 */
final class Gap extends IndexedSeries {

	/** What a gap takes without its key, in bytes. */
	static final int BYTES = 24;

	/**
	 * Creates a gap.
	 * @param key the key of the removed series, if the list is in the order of keys
	 * @param number the number of the removed series
	 */
	Gap(SeriesKey key, int number) {
		super(key, number);
	}

}

package io.eardrum.storage.series;

import io.eardrum.metric.SeriesKey;

/**
 * The part of a series that is the same for every engine.
 */
public abstract class IndexedSeries {

	private final SeriesKey key;

	private final int number;

	protected IndexedSeries(SeriesKey key, int number) {
		this.key = key;
		this.number = number;
	}

	/**
	 * Returns the key of this series.
	 * @return the key
	 */
	public final SeriesKey key() {
		return this.key;
	}

	/**
	 * Returns the number of this series.
	 * @return how many series had come before it
	 */
	public final int number() {
		return this.number;
	}

}

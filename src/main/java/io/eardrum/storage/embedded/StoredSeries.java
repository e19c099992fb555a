package io.eardrum.storage.embedded;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.series.SeriesListing;

/**
 * Walks over the series that are in the store, in the order of their first put. Used by
 * one thread.
 */
final class StoredSeries {

	private final SeriesListing<Series> all;

	private final int end;

	private int place;

	/**
	 * Creates a walk.
	 * @param all all series
	 * @param end the number of the first series that is not in the store
	 */
	StoredSeries(SeriesListing<Series> all, int end) {
		this.all = all;
		this.end = end;
	}

	/**
	 * Moves to the next series.
	 * @return the series, or {@code null} if there is none
	 */
	@Nullable Series next() {
		while (this.place < this.all.size()) {
			Series series = this.all.get(this.place++);
			if (series != null) {
				return (series.number() < this.end) ? series : null;
			}
		}
		return null;
	}

}

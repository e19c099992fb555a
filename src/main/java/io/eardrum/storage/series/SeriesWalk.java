package io.eardrum.storage.series;

import org.jspecify.annotations.Nullable;

/**
 * Walks over series in the order of their numbers. Used by one thread.
 *
 * @param <S> the type of the entries
 */
public final class SeriesWalk<S extends IndexedSeries> implements AutoCloseable {

	private final @Nullable FoundSeries found;

	private final SeriesListing<S> listing;

	private final int end;

	private int foundPlace;

	private int place;

	/**
	 * Creates a walk.
	 * @param found the series that come first, or {@code null} if there are none; closed
	 * with this walk
	 * @param listing has the series that come then
	 * @param place where they begin in it
	 * @param end the number of the first series at which the walk ends
	 */
	SeriesWalk(@Nullable FoundSeries found, SeriesListing<S> listing, int place, int end) {
		this.found = found;
		this.listing = listing;
		this.place = place;
		this.end = end;
	}

	/**
	 * Moves to the next series.
	 * @return the series, or {@code null} if there is none
	 */
	public @Nullable S next() {
		S next = nextFound();
		while (next == null && this.place < this.listing.size()) {
			next = this.listing.get(this.place++);
		}
		return (next != null && next.number() < this.end) ? next : null;
	}

	@SuppressWarnings("unchecked")
	private @Nullable S nextFound() {
		while (this.found != null && this.foundPlace < this.found.size()) {
			IndexedSeries next = this.found.get(this.foundPlace++);
			if (next != null) {
				return (S) next;
			}
		}
		return null;
	}

	@Override
	public void close() {
		if (this.found != null) {
			this.found.close();
		}
	}

}

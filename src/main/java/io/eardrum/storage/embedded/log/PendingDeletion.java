package io.eardrum.storage.embedded.log;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.embedded.codec.ByteWriter;
import io.eardrum.storage.embedded.head.Heads;
import io.eardrum.storage.embedded.head.Series;
import io.eardrum.storage.series.SeriesIndex;

/**
 * A deletion on its way into the log. Its series are found when it is its turn, after all
 * puts before it, so it deletes what they have put.
 */
public final class PendingDeletion extends PendingCommit {

	private final List<SeriesKey> keys;

	private final TimeRange range;

	private final boolean removes;

	private final Predicate<Series> condition;

	private final ByteWriter record = new ByteWriter(64);

	private List<Series> series = List.of();

	private long grown;

	private PendingDeletion(List<SeriesKey> keys, TimeRange range, boolean removes, Predicate<Series> condition) {
		this.keys = keys;
		this.range = range;
		this.removes = removes;
		this.condition = condition;
		begin();
	}

	/**
	 * Creates a deletion of points. If it deletes all points, the series are removed.
	 * @param keys the keys of the series
	 * @param range the timestamps to delete
	 * @return the deletion
	 */
	public static PendingDeletion of(List<SeriesKey> keys, TimeRange range) {
		return new PendingDeletion(keys, range, range.equals(TimeRange.ALL), (series) -> true);
	}

	/**
	 * Creates a removal of series that have no points.
	 * @param keys the keys of the series
	 * @param isEmpty whether a series has no points, called while none can be put
	 * @return the removal
	 */
	public static PendingDeletion ofEmpty(List<SeriesKey> keys, Predicate<Series> isEmpty) {
		return new PendingDeletion(keys, TimeRange.ALL, true, isEmpty);
	}

	/**
	 * Finds the series. Called under the lock under which points are logged.
	 * @param index finds them
	 * @param stored the number of the first series that is not in the store yet, and has
	 * no points
	 */
	void find(SeriesIndex<Series> index, int stored) {
		this.series = this.keys.stream()
			.map(index::find)
			.filter(Objects::nonNull)
			.filter((found) -> found.number() < stored)
			.distinct()
			.filter(this.condition)
			.toList();
		this.record.clear();
		PutRecord.encodeDeletion(this.series.stream().mapToInt(Series::number).toArray(), this.range.from(),
				this.range.to(), this.removes, this.record);
	}

	ByteWriter record() {
		return this.record;
	}

	/**
	 * Returns the series from which points are deleted.
	 * @return those that were there
	 */
	public List<Series> series() {
		return this.series;
	}

	boolean removes() {
		return this.removes;
	}

	/**
	 * Deletes the points in memory, and hides those in chunks. Called once the deletion
	 * is in the log.
	 * @param heads have the points
	 * @param index forgets the series that are removed
	 * @return how many bytes of memory this took
	 */
	long applyTo(Heads heads, SeriesIndex<Series> index) {
		long bytes = 0;
		for (Series target : this.series) {
			bytes += heads.delete(target, this.range.from(), this.range.to());
			if (this.removes) {
				heads.remove(target);
				index.remove(target);
			}
		}
		this.grown = bytes;
		return bytes;
	}

	/**
	 * Returns how much memory this took.
	 * @return the number of bytes
	 */
	public long grown() {
		return this.grown;
	}

}

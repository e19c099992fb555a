package io.eardrum.storage.cassandra.series;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.PointBatch;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.series.IndexedSeries;
import io.eardrum.storage.series.PointBuffer;
import io.eardrum.storage.series.SeriesIndex;

/**
 * The points of one series in a batch, in ascending order, with one point for each
 * timestamp: the one that came last. Two points with one timestamp must not be sent
 * together, because they would have the same write timestamp, and the cluster would keep
 * the larger value. Used by one thread.
 */
public final class SeriesPoints extends IndexedSeries {

	private final PointBuffer points = new PointBuffer();

	private @Nullable KnownSeries series;

	/** The version of the log as of which the key had no place, or 0. */
	private long absentSince;

	private SeriesPoints(SeriesKey key, int number) {
		super(key, number);
	}

	/**
	 * Groups the points of a batch by series, without those that have been refused.
	 * @param batch the points
	 * @return the series, in the order of the batch
	 */
	public static SeriesIndex<SeriesPoints> of(PointBatch batch) {
		SeriesIndex<SeriesPoints> index = new SeriesIndex<>();
		for (int i = 0; i < batch.size(); i++) {
			if (batch.isRefused(i)) {
				continue;
			}
			SeriesPoints found = find(index, batch, i);
			if (found == null) {
				SeriesKey key = batch.key(i);
				found = index.findOrAdd(key, (number) -> new SeriesPoints(key, number));
			}
			found.points.put(batch.timestamp(i), batch.value(i));
		}
		return index;
	}

	/**
	 * Returns a series without points, which is only to be registered.
	 * @param key the key
	 * @return the series
	 */
	public static SeriesPoints none(SeriesKey key) {
		return new SeriesPoints(key, 0);
	}

	/**
	 * Finds the series of a point.
	 * @param index the series of the batch
	 * @param batch the points
	 * @param point the number of the point
	 * @return the series, or {@code null} if it is not there yet
	 */
	public static @Nullable SeriesPoints find(SeriesIndex<SeriesPoints> index, PointBatch batch, int point) {
		return index.find(batch.keyBytes(), batch.keyOffset(point), batch.keyLength(point), batch.keyHash(point));
	}

	/**
	 * Returns the points of the series in the batch.
	 * @return the points
	 */
	public PointBuffer.Snapshot points() {
		return this.points.snapshot();
	}

	/**
	 * Returns as of which version of the log the key had no place.
	 * @return the version, or 0 if it is not known
	 */
	long absentSince() {
		return this.absentSince;
	}

	/**
	 * Notes that the key had no place.
	 * @param version the version of the log as of which it had none, or 0
	 */
	void absentSince(long version) {
		this.absentSince = version;
	}

	/**
	 * Returns the series, once it is known to be registered.
	 * @return the series, or {@code null} if it is not known to be registered, or there
	 * is no room for it
	 */
	public @Nullable KnownSeries series() {
		return this.series;
	}

	/**
	 * Notes that the series is registered.
	 * @param known the series
	 */
	public void registered(KnownSeries known) {
		this.series = known;
	}

}

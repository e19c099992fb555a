package io.eardrum.storage.memory;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.PointBuffer;
import io.eardrum.storage.SeriesIndex;

/**
 * A series in memory. Its monitor guards its points.
 */
final class MemorySeries extends SeriesIndex.Entry {

	private final PointBuffer points = new PointBuffer();

	MemorySeries(SeriesKey key, int number) {
		super(key, number);
	}

	/**
	 * Puts a point.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @return how many points more there are now
	 */
	synchronized int put(long timestamp, double value) {
		int before = this.points.size();
		this.points.put(timestamp, value);
		return this.points.size() - before;
	}

	/**
	 * Returns the points as they are now. Their exact number may come out as lower than
	 * what has been counted when they were put.
	 * @return the points, and by how much the count was too high
	 */
	synchronized View view() {
		int before = this.points.size();
		PointBuffer.Snapshot snapshot = this.points.snapshot();
		return new View(snapshot, before - snapshot.size());
	}

	/**
	 * Returns the last point as it is now.
	 * @param horizon the last timestamp that counts as long as there is any up to it
	 * @return the point, or {@code null} if there is none yet
	 */
	synchronized @Nullable Point last(long horizon) {
		Point last = this.points.lastUpTo(horizon);
		return (last != null) ? last : this.points.last();
	}

	/**
	 * Tells whether the newest point is behind a timestamp.
	 * @param horizon the timestamp
	 * @return whether there is a point and it is
	 */
	synchronized boolean isBehind(long horizon) {
		Point newest = this.points.last();
		return newest != null && newest.timestamp() > horizon;
	}

	/**
	 * Points at one moment.
	 *
	 * @param points the points
	 * @param replaced how many had been counted twice until now
	 */
	record View(PointBuffer.Snapshot points, int replaced) {

	}

}

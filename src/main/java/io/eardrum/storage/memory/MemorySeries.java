package io.eardrum.storage.memory;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.series.IndexedSeries;
import io.eardrum.storage.series.PointBuffer;

/**
 * A series in memory. Its monitor guards its points.
 */
final class MemorySeries extends IndexedSeries {

	/**
	 * The size of this object and its buffer, without arrays, in a JVM with compressed
	 * references.
	 */
	static final int OBJECT_BYTES = 24 + 32;

	/** What a buffer without points takes, which is part of the object. */
	private static final long NEW_BYTES = new PointBuffer().memoryBytes();

	/** The points, or {@code null} once this series has been removed. */
	private @Nullable PointBuffer points = new PointBuffer();

	MemorySeries(SeriesKey key, int number) {
		super(key, number);
	}

	/**
	 * Puts a point.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @param memory the share from which memory is reserved
	 * @return by how many the number of points has grown, or -1 if this series has been
	 * removed
	 * @throws StorageException if there is no memory left
	 */
	synchronized int put(long timestamp, double value, HeapShare memory) {
		PointBuffer taker = this.points;
		if (taker == null) {
			return -1;
		}
		int before = taker.size();
		long bytesBefore = taker.memoryBytes();
		long more = taker.bytesToPut(timestamp);
		if (more > 0 && !memory.tryReserve(more)) {
			memory.refused();
			throw new StorageException(
					"there is no memory left for points (eardrum.heap.points is " + memory.maxBytes() + " bytes)");
		}
		taker.put(timestamp, value);
		settle(memory, taker.memoryBytes() - bytesBefore - more);
		return taker.size() - before;
	}

	/**
	 * Deletes the points in a range. If none is left, this series takes no more points,
	 * and the caller removes it.
	 * @param range the timestamps to delete
	 * @param memory the share from which memory was reserved
	 * @return by how many the number of points has shrunk
	 */
	synchronized int delete(TimeRange range, HeapShare memory) {
		PointBuffer present = this.points;
		if (present == null) {
			return 0;
		}
		int before = present.size();
		long bytesBefore = present.memoryBytes();
		present.delete(range.from(), range.to());
		int left = present.size();
		if (left == 0) {
			this.points = null;
			memory.release(bytesBefore - NEW_BYTES);
		}
		else {
			settle(memory, present.memoryBytes() - bytesBefore);
		}
		return before - left;
	}

	synchronized boolean isRemoved() {
		return this.points == null;
	}

	/**
	 * Returns the points as they are now. Their exact number may be lower than the number
	 * that was counted when they were put.
	 * @param memory the share from which memory is reserved
	 * @return the points, and by how much the count was too high
	 */
	synchronized View view(HeapShare memory) {
		PointBuffer present = this.points;
		if (present == null) {
			return new View(new PointBuffer().snapshot(), 0);
		}
		int before = present.size();
		long bytesBefore = present.memoryBytes();
		PointBuffer.Snapshot snapshot = present.snapshot();
		settle(memory, present.memoryBytes() - bytesBefore);
		return new View(snapshot, before - snapshot.size());
	}

	private static void settle(HeapShare memory, long more) {
		if (more > 0) {
			memory.force(more);
		}
		else {
			memory.release(-more);
		}
	}

	/**
	 * Returns the last point as it is now.
	 * @param horizon the latest timestamp that counts, if there is any point up to it
	 * @return the point, or {@code null} if there is none yet
	 */
	synchronized @Nullable Point last(long horizon) {
		PointBuffer present = this.points;
		Point last = (present != null) ? present.lastUpTo(horizon) : null;
		return (last != null || present == null) ? last : present.last();
	}

	/**
	 * Returns whether the newest point is later than a timestamp.
	 * @param horizon the timestamp
	 * @return whether there is a point, and it is later
	 */
	synchronized boolean isBehind(long horizon) {
		Point newest = (this.points != null) ? this.points.last() : null;
		return newest != null && newest.timestamp() > horizon;
	}

	/**
	 * The points as of one moment.
	 *
	 * @param points the points
	 * @param replaced how many of them had been counted twice until now
	 */
	record View(PointBuffer.Snapshot points, int replaced) {

	}

}

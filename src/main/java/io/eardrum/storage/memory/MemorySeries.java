package io.eardrum.storage.memory;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.series.PointBuffer;
import io.eardrum.storage.series.SeriesIndex;

/**
 * A series in memory. Its monitor guards its points.
 */
final class MemorySeries extends SeriesIndex.Entry {

	/**
	 * The size of this object and its buffer, without arrays, in a JVM with compressed
	 * references.
	 */
	static final int OBJECT_BYTES = 24 + 32;

	private final PointBuffer points = new PointBuffer();

	MemorySeries(SeriesKey key, int number) {
		super(key, number);
	}

	/**
	 * Puts a point.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @param memory the share from which memory is reserved
	 * @return by how many the number of points has grown
	 * @throws StorageException if there is no memory left
	 */
	synchronized int put(long timestamp, double value, HeapShare memory) {
		int before = this.points.size();
		long bytesBefore = this.points.memoryBytes();
		long more = this.points.bytesToPut(timestamp);
		if (more > 0 && !memory.tryReserve(more)) {
			memory.refused();
			throw new StorageException(
					"there is no memory left for points (eardrum.heap.points is " + memory.maxBytes() + " bytes)");
		}
		this.points.put(timestamp, value);
		settle(memory, this.points.memoryBytes() - bytesBefore - more);
		return this.points.size() - before;
	}

	/**
	 * Returns the points as they are now. Their exact number may be lower than the number
	 * that was counted when they were put.
	 * @param memory the share from which memory is reserved
	 * @return the points, and by how much the count was too high
	 */
	synchronized View view(HeapShare memory) {
		int before = this.points.size();
		long bytesBefore = this.points.memoryBytes();
		PointBuffer.Snapshot snapshot = this.points.snapshot();
		settle(memory, this.points.memoryBytes() - bytesBefore);
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
		Point last = this.points.lastUpTo(horizon);
		return (last != null) ? last : this.points.last();
	}

	/**
	 * Returns whether the newest point is later than a timestamp.
	 * @param horizon the timestamp
	 * @return whether there is a point, and it is later
	 */
	synchronized boolean isBehind(long horizon) {
		Point newest = this.points.last();
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

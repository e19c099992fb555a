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
	 * This object and its buffer, without arrays, as a JVM with compressed references
	 * lays them out.
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
	 * @param memory from which is reserved what this takes
	 * @return how many points more there are now
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
	 * Returns the points as they are now. Their exact number may come out as lower than
	 * what has been counted when they were put.
	 * @param memory from which is reserved what this takes
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
	 * @param horizon the last timestamp that counts as long as there is any up to it
	 * @return the point, or {@code null} if there is none yet
	 */
	synchronized @Nullable Point last(long horizon) {
		Point last = this.points.lastUpTo(horizon);
		return (last != null) ? last : this.points.last();
	}

	/**
	 * Returns whether the newest point is behind a timestamp.
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

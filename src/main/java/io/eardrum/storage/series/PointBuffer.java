package io.eardrum.storage.series;

import java.io.IOException;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.PointSink;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.StorageException;

/**
 * The points of one series in memory. Each timestamp has one point: the last one that was
 * put.
 * <p>
 * <em>Thread safety</em>: none; the owner holds a lock around every call. A
 * {@linkplain Snapshot snapshot} is immutable and needs no lock.
 * <p>
 * <em>Performance</em>: a point whose timestamp is above all others is appended. Any
 * other point is kept as it came until the buffer is read, or until such points are a
 * quarter of all. Then they are sorted and merged in. That is O(n log n) for n points in
 * any order. A snapshot shares the arrays of the buffer, and costs nothing unless late
 * points have come since the snapshot before it. Merging those copies the arrays if an
 * earlier snapshot covers places that change.
 * <p>
 * <em>Memory</em>: 16 bytes for each point, or 16 to 24 with the room for growth, and 64
 * bytes for the buffer (with compressed references). While arrays grow or late points are
 * merged, the old and the new arrays are in memory together.
 */
public final class PointBuffer {

	private static final int MIN_LATE_POINTS_TO_MERGE = 64;

	private static final int OBJECT_BYTES = 32;

	private static final int ARRAY_HEADER_BYTES = 16;

	private static final long[] NO_TIMESTAMPS = {};

	private static final double[] NO_VALUES = {};

	private long[] timestamps = NO_TIMESTAMPS;

	private double[] values = NO_VALUES;

	/** How many points are in the arrays, strictly ascending. */
	private int sorted;

	/**
	 * How many of them, from the first on, a snapshot may share. These places are never
	 * written again; appends go after them.
	 */
	private int shared;

	/**
	 * The points whose timestamps were not above the last sorted one. Points that are
	 * appended later are above all of these, so both can grow independently.
	 */
	private @Nullable LatePoints late;

	/**
	 * Puts a point, which replaces one with the same timestamp.
	 * @param timestamp the timestamp
	 * @param value the value
	 * @throws StorageException if the series is too long for an array
	 */
	public void put(long timestamp, double value) {
		int size = this.sorted;
		if (size == 0 || timestamp > this.timestamps[size - 1]) {
			if (size == this.timestamps.length) {
				resize(PointCapacity.grown(size, size + 1L));
			}
			this.timestamps[size] = timestamp;
			this.values[size] = value;
			this.sorted = size + 1;
		}
		else if (timestamp == this.timestamps[size - 1] && size > this.shared) {
			// No late point has this timestamp, because it would have been stored here as
			// well.
			this.values[size - 1] = value;
		}
		else {
			putLate(timestamp, value);
		}
	}

	private void putLate(long timestamp, double value) {
		LatePoints points = this.late;
		if (points == null) {
			points = new LatePoints();
			this.late = points;
		}
		points.add(timestamp, value);
		if (points.size() >= Math.max(MIN_LATE_POINTS_TO_MERGE, this.sorted / 4)) {
			merge();
		}
	}

	/**
	 * Deletes the points in a range. Snapshots keep what they have.
	 * @param from the first timestamp
	 * @param to the last timestamp
	 */
	public void delete(long from, long to) {
		merge();
		int first = lowerBound(this.timestamps, this.sorted, from);
		int behind = lowerBound(this.timestamps, this.sorted, to);
		if (behind < this.sorted && this.timestamps[behind] == to) {
			behind++;
		}
		if (first >= behind) {
			return;
		}
		int kept = this.sorted - (behind - first);
		long[] newTimestamps = new long[kept];
		double[] newValues = new double[kept];
		System.arraycopy(this.timestamps, 0, newTimestamps, 0, first);
		System.arraycopy(this.values, 0, newValues, 0, first);
		System.arraycopy(this.timestamps, behind, newTimestamps, first, this.sorted - behind);
		System.arraycopy(this.values, behind, newValues, first, this.sorted - behind);
		this.timestamps = newTimestamps;
		this.values = newValues;
		this.sorted = kept;
		this.shared = 0;
	}

	/**
	 * Returns how many points there are. A late point that replaces another one may be
	 * counted in addition to it until the next {@link #snapshot()}, after which the
	 * number is exact.
	 * @return the number of points, or a little more
	 */
	public int size() {
		LatePoints points = this.late;
		return (points != null) ? this.sorted + points.size() : this.sorted;
	}

	/**
	 * Returns the point with the highest timestamp, in constant time.
	 * @return the point, or {@code null} if there is none
	 */
	public @Nullable Point last() {
		if (this.sorted == 0) {
			return null;
		}
		long timestamp = this.timestamps[this.sorted - 1];
		LatePoints points = this.late;
		// Late points are never above the last sorted one, but may replace it.
		if (points != null && points.timestamp(points.newest()) == timestamp) {
			return new Point(timestamp, points.value(points.newest()));
		}
		return new Point(timestamp, this.values[this.sorted - 1]);
	}

	/**
	 * Returns the point with the highest timestamp up to a given one. That takes constant
	 * time if it is the highest of all, and otherwise the time to look through the late
	 * points.
	 * @param timestamp the last timestamp that counts
	 * @return the point, or {@code null} if there is none
	 */
	public @Nullable Point lastUpTo(long timestamp) {
		Point highest = last();
		if (highest == null || highest.timestamp() <= timestamp) {
			return highest;
		}
		// The highest timestamp is beyond the given one, so the index is below the size.
		int index = lowerBound(this.timestamps, this.sorted, timestamp);
		int found = (this.timestamps[index] == timestamp) ? index : index - 1;
		LatePoints points = this.late;
		int late = (points != null) ? points.newestUpTo(timestamp) : -1;
		if (points != null && late >= 0 && (found < 0 || points.timestamp(late) >= this.timestamps[found])) {
			return new Point(points.timestamp(late), points.value(late));
		}
		return (found >= 0) ? new Point(this.timestamps[found], this.values[found]) : null;
	}

	/**
	 * Returns the points as they are now.
	 * @return the points, which later changes of this buffer don't affect
	 */
	public Snapshot snapshot() {
		merge();
		this.shared = this.sorted;
		return new Snapshot(this.timestamps, this.values, this.sorted);
	}

	/**
	 * Estimates how much memory the next put allocates, part of which may become garbage.
	 * @param timestamp the timestamp of the point
	 * @return the size in bytes, which is 0 for most puts
	 */
	public long bytesToPut(long timestamp) {
		int size = this.sorted;
		if (size == 0 || timestamp > this.timestamps[size - 1]) {
			return (size < this.timestamps.length) ? 0 : arraysBytes(PointCapacity.grown(size, size + 1L));
		}
		LatePoints points = this.late;
		int lateSize = (points != null) ? points.size() : 0;
		long bytes = 0;
		if (points == null) {
			bytes = OBJECT_BYTES + arraysBytes(LatePoints.MIN_CAPACITY);
		}
		else if (lateSize == points.capacity()) {
			bytes = arraysBytes(PointCapacity.grown(lateSize, lateSize + 1L));
		}
		if (lateSize + 1 >= Math.max(MIN_LATE_POINTS_TO_MERGE, size / 4)) {
			bytes += arraysBytes(PointCapacity.grown(size, size + lateSize + 1L)) + 2 * arraysBytes(lateSize + 1);
		}
		return bytes;
	}

	/**
	 * Estimates the memory of this buffer with its arrays in a JVM with compressed
	 * references.
	 * @return the size in bytes
	 */
	public long memoryBytes() {
		LatePoints points = this.late;
		return OBJECT_BYTES + arraysBytes(this.timestamps.length)
				+ ((points != null) ? OBJECT_BYTES + arraysBytes(points.capacity()) : 0);
	}

	private static long arraysBytes(int capacity) {
		return 2L * (ARRAY_HEADER_BYTES + (long) capacity * Long.BYTES);
	}

	/**
	 * Merges the late points into the sorted ones from the back to the front, so that it
	 * can be done in place. All memory is allocated before the first change.
	 */
	private void merge() {
		LatePoints points = this.late;
		if (points == null) {
			return;
		}
		points.sortAndKeepLast();
		int first = lowerBound(this.timestamps, this.sorted, points.timestamp(0));
		int added = points.size();
		long sum = (long) this.sorted + added - points.countIn(this.timestamps, first, this.sorted);
		long[] oldTimestamps = this.timestamps;
		double[] oldValues = this.values;
		if (first < this.shared || sum > oldTimestamps.length) {
			int capacity = (sum > oldTimestamps.length) ? PointCapacity.grown(oldTimestamps.length, sum)
					: oldTimestamps.length;
			long[] newTimestamps = new long[capacity];
			double[] newValues = new double[capacity];
			System.arraycopy(oldTimestamps, 0, newTimestamps, 0, first);
			System.arraycopy(oldValues, 0, newValues, 0, first);
			this.timestamps = newTimestamps;
			this.values = newValues;
			this.shared = 0;
		}
		int size = (int) sum;
		int old = this.sorted - 1;
		added--;
		for (int target = size - 1; target >= first; target--) {
			if (added < 0 || (old >= first && oldTimestamps[old] > points.timestamp(added))) {
				this.timestamps[target] = oldTimestamps[old];
				this.values[target] = oldValues[old];
				old--;
			}
			else {
				if (old >= first && oldTimestamps[old] == points.timestamp(added)) {
					old--;
				}
				this.timestamps[target] = points.timestamp(added);
				this.values[target] = points.value(added);
				added--;
			}
		}
		this.sorted = size;
		this.late = null;
	}

	private void resize(int capacity) {
		long[] newTimestamps = Arrays.copyOf(this.timestamps, capacity);
		double[] newValues = Arrays.copyOf(this.values, capacity);
		this.timestamps = newTimestamps;
		this.values = newValues;
		this.shared = 0;
	}

	// Returns the index of the first timestamp that is not below a given one.
	private static int lowerBound(long[] timestamps, int size, long timestamp) {
		int index = Arrays.binarySearch(timestamps, 0, size, timestamp);
		return (index >= 0) ? index : -index - 1;
	}

	/**
	 * The points of a series as they were at one moment, strictly ascending by timestamp.
	 * Immutable, and therefore safe for any thread.
	 */
	public static final class Snapshot {

		private final long[] timestamps;

		private final double[] values;

		private final int size;

		private Snapshot(long[] timestamps, double[] values, int size) {
			this.timestamps = timestamps;
			this.values = values;
			this.size = size;
		}

		/**
		 * Returns how many points there are.
		 * @return the number of points
		 */
		public int size() {
			return this.size;
		}

		/**
		 * Returns the timestamp of a point.
		 * @param index the number of the point, from 0, below {@link #size()}
		 * @return the timestamp
		 */
		public long timestamp(int index) {
			return this.timestamps[index];
		}

		/**
		 * Returns the value of a point.
		 * @param index the number of the point, from 0, below {@link #size()}
		 * @return the value
		 */
		public double value(int index) {
			return this.values[index];
		}

		/**
		 * Finds where the timestamps reach a given one.
		 * @param timestamp the timestamp
		 * @return the index of the first point with this timestamp or a later one, or
		 * {@link #size()} if all are earlier
		 */
		public int indexFrom(long timestamp) {
			return lowerBound(this.timestamps, this.size, timestamp);
		}

		/**
		 * Passes on the points of a range in one block, or does nothing if there are
		 * none.
		 * @param key the key of the series
		 * @param range the timestamps to pass on
		 * @param sink takes the points
		 * @throws IOException if the sink throws it
		 */
		public void read(SeriesKey key, TimeRange range, PointSink sink) throws IOException {
			int from = indexFrom(range.from());
			// The end of the range may be the highest possible timestamp, so 1 can't be
			// added to it.
			int to = indexFrom(range.to());
			if (to < this.size && this.timestamps[to] == range.to()) {
				to++;
			}
			if (from < to) {
				sink.accept(key, this.timestamps, this.values, from, to);
			}
		}

	}

}

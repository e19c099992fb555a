package io.eardrum.storage.embedded.codec;

import java.util.Arrays;

/**
 * Points of one series in two columns, strictly ascending by timestamp. The arrays grow
 * and are reused.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class PointColumns {

	private long[] timestamps;

	private double[] values;

	private int size;

	public PointColumns(int capacity) {
		this.timestamps = new long[capacity];
		this.values = new double[capacity];
	}

	public long[] timestamps() {
		return this.timestamps;
	}

	public double[] values() {
		return this.values;
	}

	public int size() {
		return this.size;
	}

	public boolean isEmpty() {
		return this.size == 0;
	}

	public long first() {
		return this.timestamps[0];
	}

	public long last() {
		return this.timestamps[this.size - 1];
	}

	public void clear() {
		this.size = 0;
	}

	/**
	 * Drops the points from an index on.
	 * @param newSize how many points remain
	 */
	public void truncate(int newSize) {
		this.size = newSize;
	}

	/**
	 * Removes all points, and releases memory beyond a limit.
	 * @param limit for how many points memory may be kept
	 */
	public void clear(int limit) {
		this.size = 0;
		if (this.timestamps.length > limit) {
			this.timestamps = new long[limit];
			this.values = new double[limit];
		}
	}

	/**
	 * Makes room at the end for points that the caller then writes into the arrays.
	 * @param count how many points
	 */
	void extend(int count) {
		int needed = this.size + count;
		if (needed > this.timestamps.length) {
			int capacity = Math.max(needed, this.timestamps.length + this.timestamps.length / 2);
			this.timestamps = Arrays.copyOf(this.timestamps, capacity);
			this.values = Arrays.copyOf(this.values, capacity);
		}
		this.size = needed;
	}

	public void add(long timestamp, double value) {
		int index = this.size;
		extend(1);
		this.timestamps[index] = timestamp;
		this.values[index] = value;
	}

	/**
	 * Adds points whose timestamps and values alternate.
	 * @param cells each timestamp is followed by the bits of its value
	 * @param offset where the first timestamp stands
	 * @param points how many points to add
	 */
	public void addCells(long[] cells, int offset, int points) {
		int index = this.size;
		extend(points);
		for (int i = 0; i < points; i++) {
			this.timestamps[index + i] = cells[offset + 2 * i];
			this.values[index + i] = Double.longBitsToDouble(cells[offset + 2 * i + 1]);
		}
	}

	public void addAll(PointColumns source, int from, int to) {
		addAll(source.timestamps, source.values, from, to);
	}

	/**
	 * Adds points that stand in two arrays.
	 * @param sourceTimestamps their timestamps
	 * @param sourceValues their values
	 * @param from the index of the first one
	 * @param to the index behind the last one
	 */
	public void addAll(long[] sourceTimestamps, double[] sourceValues, int from, int to) {
		int index = this.size;
		extend(to - from);
		System.arraycopy(sourceTimestamps, from, this.timestamps, index, to - from);
		System.arraycopy(sourceValues, from, this.values, index, to - from);
	}

	/**
	 * Becomes the union of two others. Where both have a point at a timestamp, the newer
	 * value counts.
	 * @param older the points that were put first
	 * @param newer the points that were put later
	 * @param from the index of the first newer point
	 * @param to the index behind the last newer point
	 */
	public void merge(PointColumns older, PointColumns newer, int from, int to) {
		clear();
		int i = 0;
		int j = from;
		while (i < older.size && j < to) {
			long left = older.timestamps[i];
			long right = newer.timestamps[j];
			if (left < right) {
				add(left, older.values[i++]);
			}
			else {
				add(right, newer.values[j++]);
				i += (left == right) ? 1 : 0;
			}
		}
		addAll(older, i, older.size);
		addAll(newer, j, to);
	}

	/**
	 * Finds where a timestamp stands or would stand.
	 * @param from the index at which the search starts
	 * @param timestamp the timestamp
	 * @return the index of the first point from there on that is not before the timestamp
	 */
	public int indexOf(int from, long timestamp) {
		int low = from;
		int high = this.size;
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (this.timestamps[middle] < timestamp) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	/**
	 * Finds the end of a range.
	 * @param timestamp the last timestamp of the range
	 * @return the index of the first point behind the range
	 */
	public int indexBehind(long timestamp) {
		return (timestamp == Long.MAX_VALUE) ? this.size : indexOf(0, timestamp + 1);
	}

}

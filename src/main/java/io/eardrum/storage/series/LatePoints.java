package io.eardrum.storage.series;

import java.util.Arrays;

/**
 * The points that came too late to be appended to the sorted points of a series. They
 * stay in the order in which they came until they are sorted.
 */
final class LatePoints {

	static final int MIN_CAPACITY = 4;

	private long[] timestamps = new long[MIN_CAPACITY];

	private double[] values = new double[MIN_CAPACITY];

	private int size;

	/**
	 * The index of the point that was added last among those with the highest timestamp.
	 */
	private int newest;

	void add(long timestamp, double value) {
		int index = this.size;
		if (index == this.timestamps.length) {
			int capacity = PointCapacity.grown(index, index + 1L);
			long[] newTimestamps = Arrays.copyOf(this.timestamps, capacity);
			this.values = Arrays.copyOf(this.values, capacity);
			this.timestamps = newTimestamps;
		}
		this.timestamps[index] = timestamp;
		this.values[index] = value;
		if (timestamp >= this.timestamps[this.newest]) {
			this.newest = index;
		}
		this.size = index + 1;
	}

	int size() {
		return this.size;
	}

	int capacity() {
		return this.timestamps.length;
	}

	long timestamp(int index) {
		return this.timestamps[index];
	}

	double value(int index) {
		return this.values[index];
	}

	int newest() {
		return this.newest;
	}

	/**
	 * Finds the point that was added last among those with the highest timestamp up to a
	 * given one.
	 * @param limit the last timestamp that counts
	 * @return its index, or -1 if there is none
	 */
	int newestUpTo(long limit) {
		int found = -1;
		for (int i = 0; i < this.size; i++) {
			long timestamp = this.timestamps[i];
			if (timestamp <= limit && (found < 0 || timestamp >= this.timestamps[found])) {
				found = i;
			}
		}
		return found;
	}

	void sortAndKeepLast() {
		PointSort.sort(this.timestamps, this.values, this.size);
		int kept = 0;
		for (int i = 1; i < this.size; i++) {
			if (this.timestamps[i] != this.timestamps[kept]) {
				kept++;
			}
			this.timestamps[kept] = this.timestamps[i];
			this.values[kept] = this.values[i];
		}
		this.size = kept + 1;
		this.newest = kept;
	}

	// Counts how many of these points, once sorted, have a timestamp that is also among
	// the others.
	int countIn(long[] others, int from, int to) {
		int count = 0;
		int other = from;
		for (int i = 0; i < this.size && other < to; i++) {
			while (other < to && others[other] < this.timestamps[i]) {
				other++;
			}
			if (other < to && others[other] == this.timestamps[i]) {
				count++;
			}
		}
		return count;
	}

}

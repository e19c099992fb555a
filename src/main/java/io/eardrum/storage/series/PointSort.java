package io.eardrum.storage.series;

/**
 * Sorts points by timestamp. Points with the same timestamp stay in the order in which
 * they came, so the last of them is the one that was put last.
 * <p>
 * This is a merge sort from short runs upwards, because nothing in the JDK sorts two
 * arrays by one of them without an object for each element. Points that are already in
 * order take one pass; late points that are sent again mostly are in order.
 */
final class PointSort {

	private static final int RUN_LENGTH = 16;

	private PointSort() {
	}

	/**
	 * Sorts the first points of two parallel arrays.
	 * @param timestamps the timestamps
	 * @param values the values
	 * @param size how many points to sort
	 */
	static void sort(long[] timestamps, double[] values, int size) {
		if (isSorted(timestamps, size)) {
			return;
		}
		for (int from = 0; from < size; from += RUN_LENGTH) {
			insertionSort(timestamps, values, from, Math.min(from + RUN_LENGTH, size));
		}
		if (size <= RUN_LENGTH) {
			return;
		}
		// Only the left one of a pair of runs is moved out of the way.
		long[] leftTimestamps = new long[size];
		double[] leftValues = new double[size];
		for (long length = RUN_LENGTH; length < size; length *= 2) {
			for (long from = 0; from + length < size; from += 2 * length) {
				int middle = (int) (from + length);
				int to = (int) Math.min(middle + length, size);
				if (timestamps[middle - 1] > timestamps[middle]) {
					System.arraycopy(timestamps, (int) from, leftTimestamps, 0, (int) length);
					System.arraycopy(values, (int) from, leftValues, 0, (int) length);
					merge(leftTimestamps, leftValues, (int) length, timestamps, values, middle, to);
				}
			}
		}
	}

	private static boolean isSorted(long[] timestamps, int size) {
		for (int i = 1; i < size; i++) {
			if (timestamps[i - 1] > timestamps[i]) {
				return false;
			}
		}
		return true;
	}

	private static void insertionSort(long[] timestamps, double[] values, int from, int to) {
		for (int i = from + 1; i < to; i++) {
			long timestamp = timestamps[i];
			double value = values[i];
			int target = i;
			for (; target > from && timestamps[target - 1] > timestamp; target--) {
				timestamps[target] = timestamps[target - 1];
				values[target] = values[target - 1];
			}
			timestamps[target] = timestamp;
			values[target] = value;
		}
	}

	// Merges a run that was moved out with the run after its old place. Of equal
	// timestamps, the one that was moved comes first.
	private static void merge(long[] leftTimestamps, double[] leftValues, int leftSize, long[] timestamps,
			double[] values, int middle, int to) {
		int target = middle - leftSize;
		int right = middle;
		int left = 0;
		while (left < leftSize) {
			if (right < to && timestamps[right] < leftTimestamps[left]) {
				timestamps[target] = timestamps[right];
				values[target++] = values[right++];
			}
			else {
				timestamps[target] = leftTimestamps[left];
				values[target++] = leftValues[left++];
			}
		}
	}

}

package io.eardrum.storage.cassandra.point;

import io.eardrum.storage.cassandra.table.Buckets;
import io.eardrum.storage.series.PointBuffer;

/**
 * Divides the points of one series into slices, each of which goes into one request. The
 * points of a slice belong to one partition, so the request goes to the nodes that keep
 * it, and is stored there completely or not at all. The size of a slice is limited.
 */
final class PartitionSlices {

	/**
	 * How many rows a request has at most.
	 */
	static final int MAX_ROWS = 100;

	/** How many bytes the rows of a request have at most. */
	private static final int MAX_BYTES = 32 << 10;

	/**
	 * The bytes of a row besides its key: four numbers, and the lengths of all five
	 * values.
	 */
	private static final int ROW_BYTES = 52;

	private PartitionSlices() {
	}

	/**
	 * Returns how many rows of a series one request may have.
	 * @param keyLength the length of the key, in bytes
	 * @return the number of rows
	 */
	static int maxRows(int keyLength) {
		return Math.max(1, Math.min(MAX_ROWS, MAX_BYTES / (keyLength + ROW_BYTES)));
	}

	/**
	 * Divides points into slices.
	 * @param points the points
	 * @param maxRows how many points a slice has at most
	 * @param consumer takes the slices, in order
	 */
	static void cut(PointBuffer.Snapshot points, int maxRows, Consumer consumer) {
		int start = 0;
		while (start < points.size()) {
			long bucket = Buckets.of(points.timestamp(start));
			long last = Buckets.lastTimestamp(bucket);
			int limit = (int) Math.min(points.size(), (long) start + maxRows);
			int end = start + 1;
			while (end < limit && points.timestamp(end) <= last) {
				end++;
			}
			consumer.accept(bucket, start, end);
			start = end;
		}
	}

	/**
	 * Takes a slice.
	 */
	@FunctionalInterface
	interface Consumer {

		/**
		 * Takes a slice.
		 * @param bucket the bucket of all its points
		 * @param from the index of the first one
		 * @param to the index after the last one
		 */
		void accept(long bucket, int from, int to);

	}

}

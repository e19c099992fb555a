package io.eardrum.client;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * How much of a reply may be kept: a server that is broken or worse may send rows without
 * end. Counts what they take on the heap. For one reply and one thread.
 */
final class ResultLimit {

	/** A point, the reference to it, and what a list that grows has too much. */
	private static final int POINT_BYTES = 48;

	/** A key, its text, and its place in maps, besides the bytes of its name. */
	private static final int KEY_BYTES = 300;

	private final long maxBytes;

	private long leftBytes;

	private @Nullable SeriesKey last;

	ResultLimit(long maxBytes) {
		this.maxBytes = maxBytes;
		this.leftBytes = maxBytes;
	}

	/**
	 * Takes note of a point that is to be kept.
	 * @param key the key of its series
	 * @throws MetricClientException if it would be too much
	 */
	void count(SeriesKey key) {
		this.leftBytes -= POINT_BYTES;
		// Rows of one key share the object, so comparing it is quick.
		if (this.last == null || !key.equals(this.last)) {
			this.last = key;
			// As bytes twice, and as text.
			this.leftBytes -= KEY_BYTES + 4L * key.length();
		}
		if (this.leftBytes < 0) {
			throw new MetricClientException(MetricClientException.Reason.RESULT_TOO_LARGE, "the points take more than "
					+ this.maxBytes + " bytes of memory; take them one by one, or allow more (maxResultBytes)");
		}
	}

}

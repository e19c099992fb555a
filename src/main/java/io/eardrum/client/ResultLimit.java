package io.eardrum.client;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.SeriesKey;

/**
 * Limits how much of a reply is kept, because a server that is broken or hostile may send
 * rows without end. It counts what the rows take on the heap. It is used for one reply
 * and by one thread.
 */
final class ResultLimit {

	/** A point, the reference to it, and the spare capacity of a growing list. */
	private static final int POINT_BYTES = 48;

	/** A key, its text, and its entries in maps, without the bytes of its name. */
	private static final int KEY_BYTES = 300;

	private final long maxBytes;

	private long leftBytes;

	private @Nullable SeriesKey last;

	ResultLimit(long maxBytes) {
		this.maxBytes = maxBytes;
		this.leftBytes = maxBytes;
	}

	/**
	 * Counts a point that is to be kept.
	 * @param key the key of its series
	 * @throws MetricClientException if the limit is exceeded
	 */
	void count(SeriesKey key) {
		this.leftBytes -= POINT_BYTES;
		// Rows of one key share the object, so comparing it is quick.
		if (this.last == null || !key.equals(this.last)) {
			this.last = key;
			// The name is kept as bytes twice, and as text.
			this.leftBytes -= KEY_BYTES + 4L * key.length();
		}
		if (this.leftBytes < 0) {
			throw new MetricClientException(MetricClientException.Reason.RESULT_TOO_LARGE, "the points take more than "
					+ this.maxBytes + " bytes of memory; take them one by one, or allow more (maxResultBytes)");
		}
	}

}

package io.eardrum.web.federate;

import java.util.Arrays;

import io.eardrum.metric.SeriesKey;
import io.eardrum.web.http.admission.RequestMemory;

/**
 * Series with the timestamps of their last points, in memory that the request has
 * reserved. The second family shows these timestamps for the series that the first one
 * has shown. The keys themselves belong to the store.
 */
final class FreshSeries {

	private static final int INITIAL_SERIES = 256;

	/** A reference, compressed or not, and a timestamp. */
	private static final long SERIES_BYTES = 2L * Long.BYTES;

	private final RequestMemory memory;

	private SeriesKey[] keys = new SeriesKey[INITIAL_SERIES];

	private long[] timestamps = new long[INITIAL_SERIES];

	private int size;

	/**
	 * Creates an empty list.
	 * @param memory the memory of the request, which releases it at its end
	 */
	FreshSeries(RequestMemory memory) {
		this.memory = memory;
	}

	void add(SeriesKey key, long timestamp) {
		if (this.size == this.keys.length) {
			int capacity = this.size + this.size / 2;
			this.memory.reserve(capacity * SERIES_BYTES);
			this.keys = Arrays.copyOf(this.keys, capacity);
			this.timestamps = Arrays.copyOf(this.timestamps, capacity);
			this.memory.release((this.size > INITIAL_SERIES) ? this.size * SERIES_BYTES : 0);
		}
		this.keys[this.size] = key;
		this.timestamps[this.size] = timestamp;
		this.size++;
	}

	int size() {
		return this.size;
	}

	SeriesKey key(int index) {
		return this.keys[index];
	}

	long timestamp(int index) {
		return this.timestamps[index];
	}

}

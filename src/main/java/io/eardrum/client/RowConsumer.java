package io.eardrum.client;

import io.eardrum.metric.SeriesKey;

/**
 * Receives the points of a reply, one by one.
 */
@FunctionalInterface
public interface RowConsumer {

	/**
	 * Receives a point. If this throws, the connection is given up, because the rest of
	 * the reply is still on its way.
	 * @param key the key of the series; consecutive points of a series share the object
	 * @param timestamp the timestamp
	 * @param value the value
	 */
	void accept(SeriesKey key, long timestamp, double value);

}

package io.eardrum.storage;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.eardrum.metric.Point;
import io.eardrum.metric.SeriesKey;

/**
 * Takes the last point of each series that a store passes on.
 */
@FunctionalInterface
public interface LastPointConsumer {

	/**
	 * Takes the last point of a series.
	 * @param key the key of the series
	 * @param last its last point, or {@code null} if it has none, because retention may
	 * have removed them all
	 * @throws IOException if the point can't be passed on, which ends the reading
	 */
	void accept(SeriesKey key, @Nullable Point last) throws IOException;

}

package io.eardrum.web.graphite.step;

import java.util.function.Predicate;

import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.pattern.KeyPattern;

/**
 * Says the step of some series.
 *
 * @param keys tells them by their keys
 * @param work how much work a look at a key takes
 * @param step the step in seconds, 1 or more
 */
record StepRule(Predicate<SeriesKey> keys, Work work, long step) {

	static StepRule of(KeyPattern pattern, long step) {
		return new StepRule(pattern::matches, pattern::work, step);
	}

	/**
	 * Tells how much work it takes to look at a key.
	 */
	@FunctionalInterface
	interface Work {

		long of(SeriesKey key);

	}

}

package io.eardrum.web.graphite.step;

import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;

/**
 * What is known of the steps of series, in all requests: what people say of them, and
 * what has been learnt from their points. Safe for any number of threads.
 */
public final class Steps {

	private final List<StepRule> rules;

	private final StepTable learnt;

	Steps(List<StepRule> rules, @Nullable HeapShare share, LongSupplier nanoTime) {
		this.rules = List.copyOf(rules);
		this.learnt = new StepTable(share, nanoTime);
	}

	/**
	 * Returns steps of which nothing is known.
	 * @return the steps
	 */
	public static Steps unknown() {
		return new Steps(List.of(), null, System::nanoTime);
	}

	/**
	 * Returns what people say of a series.
	 * @param key its key
	 * @param work takes the work of the look at the rules
	 * @return the step in seconds, or 0 if no rule is for it
	 */
	public long ruled(SeriesKey key, LongConsumer work) {
		for (StepRule rule : this.rules) {
			work.accept(rule.work().of(key));
			if (rule.keys().test(key)) {
				return rule.step();
			}
		}
		return 0;
	}

	/**
	 * Returns what has been learnt of a series.
	 * @param key its key
	 * @return the step in seconds; 0 if nothing has; -1 if its points say nothing
	 */
	public long learnt(SeriesKey key) {
		return this.learnt.get(key);
	}

	/**
	 * Remembers what has been learnt of a series.
	 * @param key its key
	 * @param step its step in seconds, or 0 if its points say nothing
	 */
	public void learn(SeriesKey key, long step) {
		this.learnt.put(key, step);
	}

}

package io.eardrum.web.graphite.step;

import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.eardrum.budget.HeapShare;
import io.eardrum.metric.SeriesKey;
import io.eardrum.metric.TimeRange;
import io.eardrum.storage.MetricRepository;

/**
 * What is known of the steps of series, in all requests: what people say of them, and
 * what has been learnt from their points. Safe for any number of threads.
 */
public final class Steps {

	/**
	 * How many seconds of a series are examined, one after the other until there are
	 * enough points: 20 minutes, 4 hours, 2 days, 32 days and 400 days.
	 */
	private static final long[] LAST_SECONDS = { 1200, 14_400, 172_800, 2_764_800, 34_560_000 };

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
	 * Learns the step of a series from its newest points, and remembers it.
	 * @param key its key
	 * @param last the timestamp of its last point
	 * @param repository where its points are
	 * @param work takes the work of the look at them
	 * @return the step in seconds, or 0 if its points say nothing
	 * @throws IOException if they can't be read
	 */
	public long learn(SeriesKey key, long last, MetricRepository repository, LongConsumer work) throws IOException {
		StepInference inference = new StepInference();
		for (int i = 0; i < LAST_SECONDS.length && !inference.isSure(); i++) {
			inference.clear();
			long first = Math.max(last, Long.MIN_VALUE + LAST_SECONDS[i]) - LAST_SECONDS[i];
			repository.read(key, new TimeRange(first, last), (same, timestamps, values, from, to) -> {
				work.accept(to - from);
				for (int j = from; j < to; j++) {
					inference.add(timestamps[j]);
				}
			});
		}
		long step = inference.step();
		this.learnt.put(key, step);
		return step;
	}

}

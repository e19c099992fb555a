package io.eardrum.suite.cluster;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the clients of one server were told, counted by all of them at once, and the first
 * thing that was wrong.
 */
final class ClusterTally {

	final LongAdder acknowledged = new LongAdder();

	final LongAdder refused = new LongAdder();

	final LongAdder unanswered = new LongAdder();

	final LongAdder reads = new LongAdder();

	final LongAdder refusedReads = new LongAdder();

	final LongAdder cutReads = new LongAdder();

	private final AtomicReference<String> violation;

	/**
	 * Begins to count.
	 * @param violation where the first violation goes
	 */
	ClusterTally(AtomicReference<String> violation) {
		this.violation = violation;
	}

	/**
	 * Notes a violation, if there was none before.
	 * @param description what is wrong; nothing if it is empty
	 */
	void report(String description) {
		if (!description.isEmpty()) {
			this.violation.compareAndSet("", description);
		}
	}

}

package io.eardrum.observability;

import java.util.EnumSet;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.storage.time.SuspectPointObserver;

/**
 * Counts points whose timestamps are probably wrong. All meters exist from the start.
 * Safe for any number of threads.
 */
final class SuspectPointMeters implements SuspectPointObserver {

	private final Map<Reason, Counter> points;

	SuspectPointMeters(MeterRegistry registry) {
		this.points = Counters.byReason(registry, "eardrum.points.suspect",
				"Points stored whose timestamps are probably wrong", Reason.class, EnumSet.allOf(Reason.class));
	}

	@Override
	public void suspected(Reason reason, long count) {
		Counters.add(this.points.get(reason), count);
	}

}

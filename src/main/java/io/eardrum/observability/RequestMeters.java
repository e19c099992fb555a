package io.eardrum.observability;

import java.util.EnumSet;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.web.event.RequestObserver;

/**
 * Counts requests over HTTP that are refused or ended before they are answered. All
 * meters exist from the start. Safe for any number of threads.
 */
final class RequestMeters implements RequestObserver {

	private final Map<Limit, Counter> ended;

	RequestMeters(MeterRegistry registry) {
		this.ended = Counters.byReason(registry, "eardrum.http.requests.ended",
				"Requests over HTTP that were refused or ended before they were answered", Limit.class,
				EnumSet.allOf(Limit.class));
	}

	@Override
	public void ended(Limit limit) {
		Counters.add(this.ended.get(limit), 1);
	}

}

package io.eardrum.observability;

import java.util.EnumSet;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import io.eardrum.web.event.HttpObserver;
import io.eardrum.web.event.HttpRefusal;

/**
 * Counts requests and connections on the HTTP ports that are not served. All meters exist
 * from the start. Safe for any number of threads.
 */
final class HttpMeters implements HttpObserver {

	private final Map<HttpRefusal, Counter> refusals;

	HttpMeters(MeterRegistry registry) {
		this.refusals = Counters.byReason(registry, "eardrum.http.refused",
				"Requests and connections over HTTP that were refused or ended early", HttpRefusal.class,
				EnumSet.allOf(HttpRefusal.class));
	}

	@Override
	public void refused(HttpRefusal reason) {
		Counters.add(this.refusals.get(reason), 1);
	}

}

package io.eardrum.observability;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.eardrum.storage.ClusterObserver;

/**
 * Measures the requests that a store sends to its cluster. All meters exist from the
 * start. Safe for any number of threads.
 */
final class ClusterRequestMeters implements ClusterObserver {

	private static final Duration[] BUCKETS = { Duration.ofMillis(1), Duration.ofNanos(2_500_000), Duration.ofMillis(5),
			Duration.ofMillis(10), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100),
			Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5) };

	private final Map<Request, Timer> durations = new EnumMap<>(Request.class);

	private final Map<Request, Counter> failures = new EnumMap<>(Request.class);

	ClusterRequestMeters(MeterRegistry registry) {
		for (Request request : Request.values()) {
			this.durations.put(request,
					Timer.builder("eardrum.storage.cluster.request.duration")
						.description("Time until the cluster has answered a request, or failed to")
						.tag("request", Counters.label(request))
						.serviceLevelObjectives(BUCKETS)
						.register(registry));
			this.failures.put(request,
					Counter.builder("eardrum.storage.cluster.request.failures")
						.description("Requests that the cluster did not serve")
						.tag("request", Counters.label(request))
						.register(registry));
		}
	}

	@Override
	public void requestEnded(Request request, boolean succeeded, long nanos) {
		Timer duration = this.durations.get(request);
		if (duration != null) {
			duration.record(nanos, TimeUnit.NANOSECONDS);
		}
		if (!succeeded) {
			Counters.add(this.failures.get(request), 1);
		}
	}

}

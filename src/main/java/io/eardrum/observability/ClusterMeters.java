package io.eardrum.observability;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.eardrum.storage.ClusterMetricRepository;
import io.eardrum.storage.ClusterStatistics;

/**
 * Shows what goes on between a store and its cluster.
 */
final class ClusterMeters implements MeterBinder {

	private static final double MILLIS_PER_SECOND = 1000;

	private final ClusterMetricRepository repository;

	ClusterMeters(ClusterMetricRepository repository) {
		this.repository = repository;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		gauge(registry, "requests.active", "Requests that the cluster is working on",
				ClusterStatistics::activeRequests);
		gauge(registry, "requests.limit", "Requests that the cluster may be working on at once; others wait",
				ClusterStatistics::maxRequests);
		gauge(registry, "waiting", "Clients that wait for the turn of their requests",
				ClusterStatistics::waitingCallers);
		gauge(registry, "nodes", "Nodes of the datacenter that this server uses", ClusterStatistics::knownNodes);
		gauge(registry, "nodes.connected", "Nodes of that datacenter to which there is a connection",
				ClusterStatistics::connectedNodes);
		gauge(registry, "known.series", "Series that this server knows to be registered",
				ClusterStatistics::knownSeries);
		gauge(registry, "clock.offset.seconds", "By how much the server's clock is ahead of the cluster's",
				(statistics) -> statistics.clockOffsetMillis() / MILLIS_PER_SECOND);
	}

	private void gauge(MeterRegistry registry, String name, String description,
			ToDoubleFunction<ClusterStatistics> value) {
		Gauges
			.of("eardrum.storage.cluster." + name, this.repository, (store) -> value.applyAsDouble(store.statistics()))
			.description(description)
			.register(registry);
	}

}

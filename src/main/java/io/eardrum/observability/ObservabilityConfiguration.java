package io.eardrum.observability;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.server.ServerObserver;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.MetricRepository;

/**
 * Puts meters and health indicators beside what they look at.
 */
@Configuration(proxyBeanMethods = false)
class ObservabilityConfiguration {

	@Bean
	ServerObserver serverMeters(MeterRegistry registry) {
		return new ServerMeters(registry);
	}

	@Bean
	MeterBinder connectionGauges(TcpEndpoint endpoint) {
		return (registry) -> {
			Gauge.builder("eardrum.connections.active", endpoint, TcpEndpoint::connectionCount)
				.description("Clients connected now")
				.register(registry);
			Gauge.builder("eardrum.connections.limit", endpoint, TcpEndpoint::maxConnections)
				.description("Clients that may be connected at once")
				.register(registry);
		};
	}

	@Bean
	MeterBinder seriesGauge(MetricRepository repository) {
		return (registry) -> Gauge.builder("eardrum.series", repository, MetricRepository::seriesCount)
			.description("Series in the store")
			.register(registry);
	}

	@Bean
	MeterBinder storageMeters(MetricRepository repository) {
		return (registry) -> {
			Gauge.builder("eardrum.storage.writable", repository, (storage) -> storage.status().writable() ? 1 : 0)
				.description("1 while points can be put, 0 while they are refused")
				.register(registry);
			if (repository instanceof DurableMetricRepository durable) {
				new StorageMeters(durable).bindTo(registry);
			}
		};
	}

	@Bean
	HealthIndicator tcpHealthIndicator(TcpEndpoint endpoint) {
		return new TcpHealthIndicator(endpoint);
	}

	@Bean
	HealthIndicator storageHealthIndicator(MetricRepository repository) {
		return new StorageHealthIndicator(repository);
	}

}

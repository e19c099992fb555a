package io.eardrum.observability;

import java.time.Duration;
import java.time.Instant;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointWebExtension;
import org.springframework.boot.health.application.DiskSpaceHealthIndicator;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointProperties;
import org.springframework.boot.health.autoconfigure.application.DiskSpaceHealthIndicatorProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;

import io.eardrum.budget.HeapBudget;
import io.eardrum.diagnostics.LogLines;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.server.TcpEndpoint;
import io.eardrum.server.event.GraphiteObserver;
import io.eardrum.server.event.ServerObserver;
import io.eardrum.server.graphite.ConditionalOnGraphitePort;
import io.eardrum.server.graphite.GraphiteEndpoint;
import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.BackupObserver;
import io.eardrum.storage.ClusterMetricRepository;
import io.eardrum.storage.ClusterObserver;
import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.SeriesAhead;
import io.eardrum.storage.StorageException;
import io.eardrum.storage.time.SuspectPointObserver;
import io.eardrum.web.event.HttpObserver;
import io.eardrum.web.event.RequestObserver;

/**
 * Makes the meters and health indicators of all parts of the server.
 */
@Configuration(proxyBeanMethods = false)
class ObservabilityConfiguration {

	@Bean
	CommandMeters commandMeters(MeterRegistry registry) {
		return new CommandMeters(registry);
	}

	@Bean
	RequestObserver requestMeters(MeterRegistry registry) {
		return new RequestMeters(registry);
	}

	@Bean
	MeterBinder logMeters(LogLines lines) {
		return (registry) -> FunctionCounter.builder("eardrum.log.lines.left.out", lines, LogLines::leftOut)
			.description("Log lines that were left out because there were too many")
			.register(registry);
	}

	@Bean
	HttpObserver httpMeters(MeterRegistry registry) {
		return new HttpMeters(registry);
	}

	@Bean
	SuspectPointObserver suspectPointMeters(MeterRegistry registry) {
		return new SuspectPointMeters(registry);
	}

	@Bean
	BackupObserver backupMeters(MeterRegistry registry) {
		return new BackupMeters(registry);
	}

	@Bean
	MeterBinder lastBackupGauges(ObjectProvider<BackupHistory> histories) {
		return (registry) -> histories.ifAvailable((history) -> {
			Gauges.of("eardrum.backups.last.age.seconds", history, ObservabilityConfiguration::ageOfLastBackup)
				.description("How long ago the last backup was made, NaN if none is known")
				.register(registry);
			Gauges.of("eardrum.backups.last.bytes", history, ObservabilityConfiguration::bytesOfLastBackup)
				.description("Size of a copy of the last backup, NaN if none is known")
				.register(registry);
		});
	}

	private static double ageOfLastBackup(BackupHistory history) {
		BackupHistory.Backup last = history.last();
		return (last != null) ? Math.max(0, Duration.between(last.made(), Instant.now()).toSeconds()) : Double.NaN;
	}

	private static double bytesOfLastBackup(BackupHistory history) {
		BackupHistory.Backup last = history.last();
		return (last != null) ? last.bytes() : Double.NaN;
	}

	// This one is primary, because that of Graphite's port has the same type.
	@Bean
	@Primary
	ServerObserver serverMeters(MeterRegistry registry, CommandObserver commands) {
		return new ServerMeters(registry, commands);
	}

	@Bean
	MeterBinder connectionGauges(TcpEndpoint endpoint) {
		return (registry) -> {
			Gauges.of("eardrum.connections.active", endpoint, TcpEndpoint::allConnectionCount)
				.description("Clients connected now")
				.register(registry);
			Gauges.of("eardrum.connections.limit", endpoint, TcpEndpoint::maxConnections)
				.description("Clients that may be connected at once")
				.register(registry);
			Gauges.of("eardrum.connections.held.back", endpoint, TcpEndpoint::heldBackCount)
				.description("Clients from which nothing is read until there is memory for it")
				.register(registry);
		};
	}

	@Bean
	HealthEndpointWebExtension knownHealthExtension(HealthContributorRegistry registry, HealthEndpointGroups groups,
			HealthEndpointProperties properties) {
		return new KnownHealthExtension(registry, groups, properties.getLogging().getSlowIndicatorThreshold());
	}

	@Bean
	MeterBinder heapMeters(HeapBudget budget) {
		return new HeapMeters(budget);
	}

	@Bean
	MeterBinder seriesGauge(MetricRepository repository) {
		return (registry) -> {
			Gauges.of("eardrum.series", repository, ObservabilityConfiguration::seriesCount)
				.description("Series in the store")
				.register(registry);
			Gauges.of("eardrum.series.ahead", repository, ObservabilityConfiguration::seriesAhead)
				.description("Series whose newest point is more than a day ahead of the clock")
				.register(registry);
		};
	}

	private static double seriesAhead(MetricRepository repository) {
		SeriesAhead ahead = repository.seriesAhead();
		return (ahead != null) ? ahead.count() : Double.NaN;
	}

	private static double seriesCount(MetricRepository repository) {
		try {
			return repository.seriesCount();
		}
		catch (StorageException ex) {
			// A cluster that can't be reached gives no answer. Other meters show that
			// already.
			return Double.NaN;
		}
	}

	// It is needed only by a store that has a cluster.
	@Bean
	@Lazy
	ClusterObserver clusterRequestMeters(MeterRegistry registry) {
		return new ClusterRequestMeters(registry);
	}

	@Bean
	MeterBinder storageMeters(MetricRepository repository) {
		return (registry) -> {
			Gauges.of("eardrum.storage.writable", repository, (storage) -> storage.status().writable() ? 1 : 0)
				.description("1 while points can be put, 0 while they are refused")
				.register(registry);
			if (repository instanceof DurableMetricRepository durable) {
				new StorageMeters(durable).bindTo(registry);
			}
			if (repository instanceof ClusterMetricRepository clustered) {
				new ClusterMeters(clustered).bindTo(registry);
			}
		};
	}

	@Bean
	HealthIndicator tcpHealthIndicator(TcpEndpoint endpoint) {
		return new TcpHealthIndicator(endpoint::addressIfListening, endpoint::connectionCount);
	}

	@Bean
	@ConditionalOnGraphitePort
	GraphiteObserver graphiteMeters(MeterRegistry registry) {
		return new GraphiteMeters(registry);
	}

	@Bean
	@ConditionalOnGraphitePort
	MeterBinder graphiteEndpointMeters(GraphiteEndpoint endpoint) {
		return (registry) -> {
			Gauges.of("eardrum.graphite.connections.active", endpoint, GraphiteEndpoint::connectionCount)
				.description("Graphite's clients connected now")
				.register(registry);
			if (GraphiteEndpoint.knowsDroppedDatagrams()) {
				FunctionCounter
					.builder("eardrum.graphite.datagrams.dropped", endpoint, GraphiteEndpoint::droppedDatagrams)
					.description("Datagrams that came while the system's buffer was full, and were lost")
					.register(registry);
			}
		};
	}

	@Bean
	@ConditionalOnGraphitePort
	HealthIndicator graphiteHealthIndicator(GraphiteEndpoint endpoint) {
		return new TcpHealthIndicator(endpoint::addressIfListening, endpoint::connectionCount);
	}

	@Bean
	HealthIndicator storageHealthIndicator(MetricRepository repository) {
		return new HealthWithoutPaths(new StorageHealthIndicator(repository));
	}

	// It replaces Boot's own, which shows the path.
	@Bean
	@ConditionalOnEnabledHealthIndicator("diskspace")
	HealthIndicator diskSpaceHealthIndicator(DiskSpaceHealthIndicatorProperties properties) {
		return new HealthWithoutPaths(new DiskSpaceHealthIndicator(properties.getPath(), properties.getThreshold()));
	}

}

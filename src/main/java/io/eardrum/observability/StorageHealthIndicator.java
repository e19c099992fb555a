package io.eardrum.observability;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageStatus;

/**
 * Up while points can be put.
 */
final class StorageHealthIndicator implements HealthIndicator {

	private final MetricRepository repository;

	StorageHealthIndicator(MetricRepository repository) {
		this.repository = repository;
	}

	@Override
	public Health health() {
		StorageStatus status = this.repository.status();
		Health.Builder health = status.writable() ? Health.up() : Health.down();
		health.withDetail("engine", status.engine());
		if (status.problem() != null) {
			health.withDetail("problem", status.problem());
		}
		return health.withDetails(status.details()).build();
	}

}

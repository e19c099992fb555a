package io.eardrum.observability;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Shows the health of something without its path on the disk. Anyone may ask unless there
 * is a password, and anyone with access to the disk knows the path anyway.
 *
 * @param indicator determines the health
 */
record HealthWithoutPaths(HealthIndicator indicator) implements HealthIndicator {

	private static final String PATH = "path";

	@Override
	public @Nullable Health health() {
		Health health = this.indicator.health();
		if (health == null || !health.getDetails().containsKey(PATH)) {
			return health;
		}
		Health.Builder rest = Health.status(health.getStatus());
		health.getDetails().forEach((name, value) -> {
			if (!name.equals(PATH)) {
				rest.withDetail(name, value);
			}
		});
		return rest.build();
	}

}

package io.eardrum.observability;

import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.StorageStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

class HealthIndicatorTests {

	private final MetricRepository repository = mock(MetricRepository.class);

	@Test
	void storageIsUpWhilePointsCanBePut() {
		given(this.repository.status()).willReturn(new StorageStatus("memory", true, null, Map.of("series", 7)));
		Health health = new StorageHealthIndicator(this.repository).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("engine", "memory").containsEntry("series", 7);
	}

	@Test
	void whereItIsOnTheDiskIsNotTold() {
		given(this.repository.status()).willReturn(
				new StorageStatus("embedded", false, "no space left", Map.of("path", "/home/ada", "freeBytes", 7)));
		Health health = Objects
			.requireNonNull(new HealthWithoutPaths(new StorageHealthIndicator(this.repository)).health());
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsOnlyKeys("engine", "problem", "freeBytes");
	}

	@Test
	void storageIsDownAndSaysWhyWhileTheyCannot() {
		given(this.repository.status()).willReturn(new StorageStatus("memory", false, "no space left", Map.of()));
		Health health = new StorageHealthIndicator(this.repository).health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("problem", "no space left");
	}

}

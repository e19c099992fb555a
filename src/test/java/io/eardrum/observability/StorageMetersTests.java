package io.eardrum.observability;

import java.time.Duration;
import java.util.Map;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.eardrum.storage.DurableMetricRepository;
import io.eardrum.storage.StorageLimits;
import io.eardrum.storage.StorageStatistics;
import io.eardrum.storage.StorageStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for the gauges of {@link StorageMeters} and {@link ObservabilityConfiguration}
 * that alerts compare others with.
 */
class StorageMetersTests {

	private final DurableMetricRepository repository = mock(DurableMetricRepository.class);

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	StorageMetersTests() {
		new ObservabilityConfiguration().storageMeters(this.repository).bindTo(this.registry);
	}

	@Test
	void tellsWhetherPointsCanBePut() {
		given(this.repository.status()).willReturn(new StorageStatus("embedded", true, null, Map.of()));
		assertThat(gauge("eardrum.storage.writable")).isEqualTo(1);
		given(this.repository.status()).willReturn(new StorageStatus("embedded", false, "no space left", Map.of()));
		assertThat(gauge("eardrum.storage.writable")).isZero();
	}

	@Test
	void tellsTheLimitsThatAreConfigured() {
		given(this.repository.limits())
			.willReturn(new StorageLimits(4096, 1024, 77, Duration.ofMillis(2500), Duration.ofHours(2)));
		assertThat(gauge("eardrum.storage.head.limit.bytes")).isEqualTo(4096);
		assertThat(gauge("eardrum.storage.min.free.bytes")).isEqualTo(1024);
		assertThat(gauge("eardrum.storage.max.series")).isEqualTo(77);
		assertThat(gauge("eardrum.storage.checkpoint.interval.seconds")).isEqualTo(2.5);
		assertThat(gauge("eardrum.storage.scrub.interval.seconds")).isEqualTo(7200);
	}

	@Test
	void tellsWhenTheFilesWereReadAndHowManyAreDamaged() {
		given(this.repository.statistics())
			.willReturn(new StorageStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_795_341_600_500L, 3));
		assertThat(gauge("eardrum.storage.last.scrub.timestamp.seconds")).isEqualTo(1_795_341_600.5);
		assertThat(gauge("eardrum.storage.damaged.files")).isEqualTo(3);
	}

	@Test
	void tellsByHowMuchTheClockIsAheadAndHowOldAnUnsyncedPointIs() {
		given(this.repository.statistics())
			.willReturn(new StorageStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2_500_000_000L, 90_000, 0, 0));
		assertThat(gauge("eardrum.storage.clock.jump.seconds")).isEqualTo(90_000);
		assertThat(gauge("eardrum.storage.unsynced.seconds")).isEqualTo(2.5);
	}

	private double gauge(String name) {
		return this.registry.get(name).gauge().value();
	}

}

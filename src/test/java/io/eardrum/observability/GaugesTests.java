package io.eardrum.observability;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.eardrum.fixture.UncaughtErrors;
import io.eardrum.storage.DurableMetricRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for gauges, on those of {@link StorageMeters}.
 */
class GaugesTests {

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final DurableMetricRepository repository = mock(DurableMetricRepository.class);

	@Test
	void runningOutOfMemoryIsToldThoughMicrometerHasLoggedAFailureBefore() {
		OutOfMemoryError error = new OutOfMemoryError("Java heap space");
		given(this.repository.statistics()).willThrow(new IllegalStateException("on purpose")).willThrow(error);
		new StorageMeters(this.repository).bindTo(this.registry);
		try (UncaughtErrors uncaught = UncaughtErrors.of(Thread.currentThread().getName())) {
			assertThat(value()).isNaN();
			assertThat(uncaught.errors()).isEmpty();
			assertThat(value()).isNaN();
			assertThat(uncaught.errors()).containsExactly(error);
		}
	}

	private double value() {
		return this.registry.get("eardrum.storage.log.bytes").gauge().value();
	}

}

package io.eardrum.observability;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.eardrum.storage.ClusterMetricRepository;
import io.eardrum.storage.ClusterStatistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ClusterMeters}.
 */
class ClusterMetersTests {

	@Test
	void tellsByHowMuchTheClocksAreApart() {
		ClusterMetricRepository repository = mock(ClusterMetricRepository.class);
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new ClusterMeters(repository).bindTo(registry);
		given(repository.statistics()).willReturn(new ClusterStatistics(0, 0, 0, 0, 0, 0, -1500));
		assertThat(registry.get("eardrum.storage.cluster.clock.offset.seconds").gauge().value()).isEqualTo(-1.5);
	}

}

package io.eardrum.storage.memory;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.eardrum.budget.HeapBudget;
import io.eardrum.storage.MetricRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemoryStorageConfiguration}.
 */
class MemoryStorageConfigurationTests {

	private final ApplicationContextRunner contexts = new ApplicationContextRunner()
		.withUserConfiguration(MemoryStorageConfiguration.class)
		.withBean(HeapBudget.class, HeapBudget::unlimited);

	@Test
	void memoryIsUsedWhenAskedFor() {
		this.contexts.withPropertyValues("eardrum.storage.type=memory")
			.run((context) -> assertThat(context).hasSingleBean(MemoryMetricRepository.class));
	}

	@Test
	void memoryStandsBackForAnotherEngine() {
		this.contexts.withPropertyValues("eardrum.storage.type=other")
			.run((context) -> assertThat(context).doesNotHaveBean(MetricRepository.class));
	}

}

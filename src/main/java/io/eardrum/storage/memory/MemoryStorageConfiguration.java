package io.eardrum.storage.memory;

import java.time.Clock;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.budget.HeapBudget;
import io.eardrum.storage.StorageProperties;

/**
 * Makes the store in memory, if the configuration asks for it.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StorageProperties.class)
@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "memory")
class MemoryStorageConfiguration {

	@Bean
	MemoryMetricRepository metricRepository(StorageProperties properties, HeapBudget budget) {
		return new MemoryMetricRepository(properties.seriesLimit(), Clock.systemUTC(), budget);
	}

}

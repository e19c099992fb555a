package io.eardrum.storage.memory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes memory the store, if the configuration asks for it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "eardrum.storage.type", havingValue = "memory", matchIfMissing = true)
class MemoryStorageConfiguration {

	@Bean
	MemoryMetricRepository metricRepository() {
		return new MemoryMetricRepository();
	}

}

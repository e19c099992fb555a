package io.eardrum.budget;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes the heap budget.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HeapProperties.class)
class BudgetConfiguration {

	@Bean
	HeapBudget heapBudget(HeapProperties properties) {
		return properties.budget();
	}

}

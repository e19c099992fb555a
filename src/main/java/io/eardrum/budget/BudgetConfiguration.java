package io.eardrum.budget;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes the account of the heap, and the rule by which clients are told apart.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ HeapProperties.class, ClientProperties.class })
class BudgetConfiguration {

	@Bean
	HeapBudget heapBudget(HeapProperties properties) {
		return properties.budget();
	}

	@Bean
	ClientAddresses clientAddresses(ClientProperties properties) {
		return properties.addresses();
	}

}

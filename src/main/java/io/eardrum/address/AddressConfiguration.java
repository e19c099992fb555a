package io.eardrum.address;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes the rule by which clients are distinguished.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ClientProperties.class)
class AddressConfiguration {

	@Bean
	ClientAddresses clientAddresses(ClientProperties properties) {
		return properties.addresses();
	}

}

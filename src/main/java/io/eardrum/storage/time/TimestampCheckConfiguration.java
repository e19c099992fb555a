package io.eardrum.storage.time;

import java.time.Clock;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.storage.StorageProperties;

/**
 * Makes the check of timestamps that stands before every store.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StorageProperties.class)
class TimestampCheckConfiguration {

	@Bean
	TimestampCheck timestampCheck(StorageProperties properties, ObjectProvider<SuspectPointObserver> observer) {
		return new TimestampCheck(properties.maxFuture(), Clock.systemUTC(),
				observer.getIfAvailable(() -> SuspectPointObserver.NONE));
	}

}

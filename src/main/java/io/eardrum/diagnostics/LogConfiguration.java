package io.eardrum.diagnostics;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes startup fail if a property of the log is invalid, and makes the count of omitted
 * lines.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogProperties.class)
class LogConfiguration {

	@Bean
	LogLines logLines() {
		return () -> (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) ? LogLimit.leftOut(context)
				: 0;
	}

}

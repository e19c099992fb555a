package io.eardrum.web;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.web.security.HttpProperties;

/**
 * Guards the HTTP port.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

	@Bean
	WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> securityHeaders() {
		return (factory) -> factory.addEngineValves(new SecurityHeadersValve());
	}

	@Bean
	ForeignNameFilter foreignNameFilter(HttpProperties properties,
			@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		return ForeignNameFilter.of(properties, address);
	}

	@Bean
	ForeignPageFilter foreignPageFilter() {
		return new ForeignPageFilter();
	}

	@Bean
	SmallBodyFilter smallBodyFilter(@Value("${management.endpoints.web.base-path:/actuator}") String actuator) {
		return new SmallBodyFilter(actuator);
	}

}

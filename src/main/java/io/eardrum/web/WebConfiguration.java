package io.eardrum.web;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.web.connector.ConnectorGuard;
import io.eardrum.web.event.HttpObserver;
import io.eardrum.web.guard.ActuatorBodyFilter;
import io.eardrum.web.guard.AdmissionFilter;
import io.eardrum.web.guard.CrossOriginFilter;
import io.eardrum.web.guard.HostFilter;
import io.eardrum.web.guard.LanguageValve;
import io.eardrum.web.guard.SecurityHeadersValve;
import io.eardrum.web.security.HttpProperties;

/**
 * Guards the HTTP port.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

	@Bean
	WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> securityHeaders() {
		return (factory) -> factory.addEngineValves(new SecurityHeadersValve(), new LanguageValve());
	}

	@Bean
	ConnectorGuard connectorGuard(HttpProperties properties, ClientAddresses addresses, HeapBudget budget,
			ObjectProvider<HttpObserver> observer) {
		// The port is created before the meters are.
		return new ConnectorGuard(properties.headTimeout(), properties.minRate(), addresses, budget,
				(reason) -> observer.getObject().refused(reason));
	}

	@Bean
	AdmissionFilter admissionFilter(@Value("${server.tomcat.threads.max:200}") int maxThreads,
			@Value("${management.endpoints.web.base-path:/actuator}") String actuator, HttpObserver observer) {
		return new AdmissionFilter(maxThreads, actuator + "/health", observer);
	}

	@Bean
	HostFilter hostFilter(HttpProperties properties,
			@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		return HostFilter.of(properties, address);
	}

	@Bean
	BackupRetryHeader backupRetryHeader() {
		return new BackupRetryHeader();
	}

	@Bean
	ErrorReply errorReply() {
		return new ErrorReply();
	}

	@Bean
	StrictOperations strictOperations() {
		return new StrictOperations();
	}

	@Bean
	CrossOriginFilter crossOriginFilter() {
		return new CrossOriginFilter();
	}

	@Bean
	ActuatorBodyFilter actuatorBodyFilter(@Value("${management.endpoints.web.base-path:/actuator}") String actuator) {
		return new ActuatorBodyFilter(actuator);
	}

}

package io.eardrum.web;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

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
 * Guards the port of Actuator, if {@code management.server.port} gives it one of its own.
 * That port is a web server with a context of its own, so the guards of the other port
 * have to be created again for it. Spring Boot finds this class through the list of such
 * configurations in {@code META-INF/spring}. It is not a component, so that the other
 * context does not find it too.
 */
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class ManagementPortGuards {

	@Bean
	WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> managementSecurityHeaders() {
		return (factory) -> factory.addEngineValves(new SecurityHeadersValve(), new LanguageValve());
	}

	@Bean
	ConnectorGuard managementConnectorGuard(HttpProperties properties, ClientAddresses addresses, HeapBudget budget,
			HttpObserver observer) {
		return new ConnectorGuard(properties.headTimeout(), properties.minRate(), addresses, budget, observer);
	}

	@Bean
	AdmissionFilter managementAdmissionFilter(@Value("${server.tomcat.threads.max:200}") int maxThreads,
			@Value("${management.endpoints.web.base-path:/actuator}") String actuator, HttpObserver observer) {
		return new AdmissionFilter(maxThreads, actuator + "/health", observer);
	}

	@Bean
	HostFilter managementHostFilter(HttpProperties http, ManagementServerProperties management) {
		return HostFilter.of(http, management.getAddress());
	}

	@Bean
	CrossOriginFilter managementCrossOriginFilter() {
		return new CrossOriginFilter();
	}

	@Bean
	ActuatorBodyFilter managementActuatorBodyFilter() {
		return new ActuatorBodyFilter("/");
	}

}

package io.eardrum.web.http;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.web.event.RequestObserver;
import io.eardrum.web.http.admission.ClientConnectionValve;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.http.admission.RequestLimits;

/**
 * Creates the gate that all requests for data pass through.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RequestLimits.class)
class RequestGateConfiguration {

	@Bean
	RequestGate requestGate(RequestLimits limits, HeapBudget heap, RequestObserver observer,
			ClientAddresses addresses) {
		return new RequestGate(limits, heap, observer, addresses, System::nanoTime);
	}

	@Bean
	WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> clientConnections() {
		return (factory) -> factory.addEngineValves(new ClientConnectionValve());
	}

}

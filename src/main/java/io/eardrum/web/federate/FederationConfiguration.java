package io.eardrum.web.federate;

import java.time.Clock;
import java.util.Map;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.protocol.CommandObserver;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.admission.RequestGate;

/**
 * Wires the endpoint for Prometheus to its path.
 */
@Configuration(proxyBeanMethods = false)
class FederationConfiguration {

	/** Before static files, which have any path. */
	private static final int ORDER = 0;

	@Bean
	SimpleUrlHandlerMapping federationMapping(MetricRepository repository, CommandObserver observer, RequestGate gate) {
		ObservedRepository observed = new ObservedRepository(repository, observer);
		Federation federation = new Federation(observed, Clock.systemUTC());
		return new SimpleUrlHandlerMapping(Map.of("/federate",
				Endpoint.get(Federation.PARAMETERS, observed.counted(federation::scrape)).behind(gate)), ORDER);
	}

}

package io.eardrum.web.federate;

import java.time.Clock;
import java.util.Map;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.storage.MetricRepository;
import io.eardrum.web.reply.Endpoint;

/**
 * Wires the endpoint for Prometheus to its path.
 */
@Configuration(proxyBeanMethods = false)
class FederationConfiguration {

	/** Before static files, which have any path. */
	private static final int ORDER = 0;

	@Bean
	SimpleUrlHandlerMapping federationMapping(MetricRepository repository) {
		Federation federation = new Federation(repository, Clock.systemUTC());
		return new SimpleUrlHandlerMapping(Map.of("/federate", Endpoint.get(Federation.PARAMETERS, federation::scrape)),
				ORDER);
	}

}

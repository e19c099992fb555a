package io.eardrum.web.view;

import java.time.Clock;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.storage.StorageProperties;
import io.eardrum.web.api.OperatorAccess;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.RequestGate;

/**
 * Wires the saved views to their paths.
 */
@Configuration(proxyBeanMethods = false)
class ViewConfiguration {

	/** Before the API, which answers all other paths below {@code /api}. */
	private static final int ORDER = -1;

	@Bean
	SimpleUrlHandlerMapping viewMapping(StorageProperties properties, OperatorAccess access, RequestGate gate) {
		ViewStore store = new ViewStore(properties.viewFile(), Clock.systemUTC());
		return new SimpleUrlHandlerMapping(Endpoint.behind(new ViewEndpoints(store, access).byPath(), gate), ORDER);
	}

}

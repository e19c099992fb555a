package io.eardrum.web.api;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.admission.RequestGate;

/**
 * Wires the HTTP API to its paths.
 */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

	/** Before static files, which have any path. */
	private static final int ORDER = 0;

	@Bean
	SimpleUrlHandlerMapping apiMapping(MetricRepository repository, TimestampCheck timestampCheck,
			CommandObserver observer, RequestGate gate, ProtocolLimits limits) {
		return new SimpleUrlHandlerMapping(
				Endpoint.behind(endpoints(repository, timestampCheck, observer, limits, Clock.systemUTC()), gate),
				ORDER);
	}

	static Map<String, Endpoint> endpoints(MetricRepository repository, TimestampCheck check, CommandObserver observer,
			ProtocolLimits limits, Clock clock) {
		ObservedRepository observed = new ObservedRepository(repository, observer);
		SeriesLists lists = new SeriesLists(observed);
		PointsReader reader = new PointsReader(observed, clock);
		PointsWriter writer = new PointsWriter(observed, check, observer, limits);
		Map<String, Endpoint> endpoints = new LinkedHashMap<>();
		endpoints.put("/api/series", Endpoint.get(SeriesLists.PAGE_PARAMETERS, observed.counted(lists::page)));
		endpoints.put("/api/latest", Endpoint.get(SeriesLists.LATEST_PARAMETERS, observed.counted(lists::latest)));
		endpoints.put("/api/points", Endpoint.get(PointsReader.PARAMETERS, observed.counted(reader::read))
			.post(PointsWriter.PARAMETERS, writer::write));
		endpoints.put("/api/**", Endpoint.nothing());
		return endpoints;
	}

}

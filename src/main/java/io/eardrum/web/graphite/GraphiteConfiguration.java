package io.eardrum.web.graphite;

import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.storage.MetricRepository;
import io.eardrum.web.graphite.series.ValueBudget;
import io.eardrum.web.graphite.step.SeriesProperties;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.admission.RequestGate;

/**
 * Wires Graphite's read API to its paths.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ RenderProperties.class, SeriesProperties.class })
class GraphiteConfiguration {

	/** Before static files, which have any path. */
	private static final int ORDER = 0;

	/** The version of Graphite that answers in the same way. */
	private static final String VERSION = "1.1.8";

	@Bean
	SimpleUrlHandlerMapping graphiteMapping(MetricRepository repository, CommandObserver observer,
			RenderProperties properties, SeriesProperties series, HeapBudget heap, RequestGate gate,
			@Value("${management.endpoints.web.base-path:/actuator}") String actuator) {
		Map<String, Endpoint> endpoints = Endpoint.behind(endpoints(repository, observer, properties, series, heap,
				Clock.systemUTC().withZone(ZoneId.systemDefault())), gate);
		Map<String, HttpRequestHandler> paths = new LinkedHashMap<>(endpoints);
		MetricsPath metrics = new MetricsPath(Objects.requireNonNull(endpoints.get("/metrics/find")),
				actuator + "/prometheus");
		paths.put("/metrics", metrics);
		paths.put("/metrics/", metrics);
		return new SimpleUrlHandlerMapping(paths, ORDER);
	}

	static Map<String, Endpoint> endpoints(MetricRepository repository, CommandObserver observer,
			RenderProperties properties, SeriesProperties series, HeapBudget heap, Clock clock) {
		ObservedRepository observed = new ObservedRepository(repository, observer);
		ValueBudget budget = properties.budget(heap);
		Renderer renderer = new Renderer(observed, budget, properties.maxSeries(),
				series.steps(heap.share(HeapUse.QUERIES), System::nanoTime), clock);
		MetricsFind metricsFind = new MetricsFind(observed, budget);
		FunctionIndex functions = new FunctionIndex();
		Map<String, Endpoint> endpoints = new LinkedHashMap<>();
		endpoints.put("/render",
				both(RenderRequest.PARAMETERS, observed.counted(GraphiteProblem.told(renderer::render))));
		endpoints.put("/metrics/find",
				both(MetricsFind.FIND_PARAMETERS, observed.counted(GraphiteProblem.told(metricsFind::find))));
		endpoints.put("/metrics/expand",
				both(MetricsFind.EXPAND_PARAMETERS, observed.counted(GraphiteProblem.told(metricsFind::expand))));
		endpoints.put("/metrics/index.json", both(Set.of(), observed.counted(metricsFind::index)));
		endpoints.put("/functions", get(FunctionIndex.PARAMETERS, functions::list));
		endpoints.put("/functions/*", get(Set.of(), functions::describe));
		endpoints.put("/version", get(Set.of(),
				(query, exchange) -> exchange.reply("text/plain", (text) -> text.ascii(VERSION).ascii("\n"))));
		// Keys have no tags here, and there are no events.
		for (String path : new String[] { "/tags", "/tags/findSeries", "/tags/autoComplete/tags",
				"/tags/autoComplete/values", "/events/get_data" }) {
			endpoints.put(path, both(Set.of(),
					(query, exchange) -> exchange.reply("application/json", (text) -> text.ascii("[]"))));
		}
		endpoints.put("/tags/*",
				get(Set.of(), (query, exchange) -> exchange.reply("application/json", (text) -> text.ascii("null"))));
		return withSlashes(endpoints);
	}

	private static Endpoint get(Set<String> parameters, Endpoint.Action action) {
		return Endpoint.get(parameters, action).lenient();
	}

	private static Endpoint both(Set<String> parameters, Endpoint.Action action) {
		return get(parameters, action).post(parameters, action);
	}

	// Graphite also answers at each of its paths with a slash at the end.
	private static Map<String, Endpoint> withSlashes(Map<String, Endpoint> endpoints) {
		Map<String, Endpoint> all = new LinkedHashMap<>(endpoints);
		endpoints.forEach((path, endpoint) -> {
			if (!path.endsWith("*")) {
				all.put(path + "/", endpoint);
			}
		});
		return all;
	}

}

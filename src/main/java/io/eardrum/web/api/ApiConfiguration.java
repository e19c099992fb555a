package io.eardrum.web.api;

import java.net.InetAddress;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

import io.eardrum.address.ConnectedClients;
import io.eardrum.protocol.CommandObserver;
import io.eardrum.protocol.CommandTotals;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.storage.BackupHistory;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.ObservedRepository;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.security.HttpProperties;

/**
 * Wires the HTTP API to its paths.
 */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

	/** Before static files, which have any path. */
	private static final int ORDER = 0;

	@Bean
	SimpleUrlHandlerMapping apiMapping(MetricRepository repository, TimestampCheck timestampCheck,
			CommandObserver observer, RequestGate gate, ProtocolLimits limits, OperatorEndpoints operators) {
		Map<String, Endpoint> endpoints = endpoints(repository, timestampCheck, observer, limits, Clock.systemUTC(),
				operators);
		return new SimpleUrlHandlerMapping(Endpoint.behind(endpoints, gate), ORDER);
	}

	@Bean
	OperatorAccess operatorAccess(HttpProperties properties,
			@Value("${server.address:#{null}}") @Nullable InetAddress address) {
		return OperatorAccess.of(properties, address);
	}

	@Bean
	OperatorEndpoints operatorEndpoints(MetricRepository repository, CommandTotals totals, ConnectedClients clients,
			OperatorAccess access, ObjectProvider<BackupHistory> backups) {
		return new OperatorEndpoints(access, new ClientLists(clients),
				new ServerStat(repository, totals, clients, backups.getIfAvailable(), Clock.systemUTC()));
	}

	static Map<String, Endpoint> endpoints(MetricRepository repository, TimestampCheck check, CommandObserver observer,
			ProtocolLimits limits, Clock clock, OperatorEndpoints operators) {
		ObservedRepository observed = new ObservedRepository(repository, observer);
		SeriesLists lists = new SeriesLists(observed);
		PointsReader reader = new PointsReader(observed, clock);
		PointsWriter writer = new PointsWriter(observed, check, observer, limits);
		SeriesDeletion deletion = new SeriesDeletion(observed, observer, clock);
		Map<String, Endpoint> endpoints = new LinkedHashMap<>();
		endpoints.put("/api/series", Endpoint.get(SeriesLists.PAGE_PARAMETERS, observed.counted(lists::page))
			.delete(SeriesDeletion.PARAMETERS, operators.access().guard(deletion::delete)));
		endpoints.put("/api/latest", Endpoint.get(SeriesLists.LATEST_PARAMETERS, observed.counted(lists::latest)));
		endpoints.put("/api/points", Endpoint.get(PointsReader.PARAMETERS, observed.counted(reader::read))
			.post(PointsWriter.PARAMETERS, writer::write));
		endpoints.putAll(operators.byPath());
		endpoints.put("/api/**", Endpoint.nothing());
		return endpoints;
	}

	/**
	 * What operators look at, besides the data.
	 *
	 * @param access who is one
	 * @param clients the clients of the ports for points
	 * @param stat the server in numbers
	 */
	record OperatorEndpoints(OperatorAccess access, ClientLists clients, ServerStat stat) {

		Map<String, Endpoint> byPath() {
			Map<String, Endpoint> endpoints = new LinkedHashMap<>();
			endpoints.put("/api/stat", Endpoint.get(ServerStat.PARAMETERS, this.access.guard(this.stat::now)));
			endpoints.put("/api/clients", Endpoint.get(ClientLists.PARAMETERS, this.access.guard(this.clients::list)));
			endpoints.put("/api/clients/{id}", Endpoint.deletion(Set.of(), this.access.guard(this.clients::end)));
			return endpoints;
		}

	}

}

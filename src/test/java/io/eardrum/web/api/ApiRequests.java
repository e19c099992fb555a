package io.eardrum.web.api;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import io.eardrum.address.ConnectedClients;
import io.eardrum.protocol.CommandTotals;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.protocol.fixture.RecordedCounts;
import io.eardrum.storage.MetricRepository;
import io.eardrum.storage.time.TimestampCheck;
import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.admission.RequestGate;
import io.eardrum.web.security.HttpProperties;

import static org.mockito.Mockito.mock;

/**
 * Requests to the endpoints of the HTTP API, without a server and the connection to it.
 */
final class ApiRequests {

	static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

	private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

	private final Map<String, Endpoint> endpoints;

	ApiRequests(MetricRepository repository, TimestampCheck check, RecordedCounts counts, RequestGate gate) {
		this(repository, check, counts, gate, true);
	}

	ApiRequests(MetricRepository repository, TimestampCheck check, RecordedCounts counts, RequestGate gate,
			boolean operator) {
		this.endpoints = Endpoint.behind(ApiConfiguration.endpoints(repository, check, counts,
				new ProtocolLimits(64, 16), CLOCK, operators(repository, operator)), gate);
	}

	/**
	 * Makes the endpoints for operators of a server without clients.
	 * @param repository its points
	 * @param allowed whether somebody who asks is one
	 * @return the endpoints
	 */
	static ApiConfiguration.OperatorEndpoints operators(MetricRepository repository, boolean allowed) {
		ConnectedClients clients = mock(ConnectedClients.class);
		return new ApiConfiguration.OperatorEndpoints(
				OperatorAccess.of(new HttpProperties("", "", List.of()),
						allowed ? InetAddress.getLoopbackAddress() : null),
				new ClientLists(clients), new ServerStat(repository, mock(CommandTotals.class), clients, null, CLOCK));
	}

	static MockHttpServletRequest get(String path, String... namesAndValues) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		for (int i = 0; i < namesAndValues.length; i += 2) {
			request.addParameter(namesAndValues[i], namesAndValues[i + 1]);
		}
		return request;
	}

	MockHttpServletResponse send(HttpServletRequest request) throws IOException {
		MockHttpServletResponse response = new MockHttpServletResponse();
		Objects.requireNonNull(this.endpoints.get(request.getRequestURI())).handleRequest(request, response);
		return response;
	}

}

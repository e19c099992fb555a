package io.eardrum.observability;

import java.net.InetSocketAddress;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

import io.eardrum.server.TcpEndpoint;

/**
 * Up while clients can connect to the TCP port.
 */
final class TcpHealthIndicator implements HealthIndicator {

	private final TcpEndpoint endpoint;

	TcpHealthIndicator(TcpEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public Health health() {
		InetSocketAddress address = this.endpoint.addressIfListening();
		if (address == null) {
			return Health.down().withDetail("listening", false).build();
		}
		return Health.up()
			.withDetail("listening", true)
			.withDetail("address", address.getAddress().getHostAddress())
			.withDetail("port", address.getPort())
			.withDetail("connections", this.endpoint.connectionCount())
			.build();
	}

}

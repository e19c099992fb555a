package io.eardrum.observability;

import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up while clients can connect to a TCP port.
 */
final class TcpHealthIndicator implements HealthIndicator {

	private final Supplier<@Nullable InetSocketAddress> listening;

	private final IntSupplier connections;

	/**
	 * Creates the indicator of a port.
	 * @param listening returns the address on which the port listens, or {@code null} if
	 * it does not
	 * @param connections returns the number of clients
	 */
	TcpHealthIndicator(Supplier<@Nullable InetSocketAddress> listening, IntSupplier connections) {
		this.listening = listening;
		this.connections = connections;
	}

	@Override
	public Health health() {
		InetSocketAddress address = this.listening.get();
		if (address == null) {
			return Health.down().withDetail("listening", false).build();
		}
		return Health.up()
			.withDetail("listening", true)
			.withDetail("address", address.getAddress().getHostAddress())
			.withDetail("port", address.getPort())
			.withDetail("connections", this.connections.getAsInt())
			.build();
	}

}

package io.eardrum.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.eardrum.address.ConnectedClient;
import io.eardrum.address.ConnectedClients;
import io.eardrum.server.connection.ConnectionRegistry;
import io.eardrum.server.event.ResetReason;

/**
 * The clients of all ports together, as an operator sees them.
 */
final class ConnectionList implements ConnectedClients {

	private final ConnectionRegistry registry;

	ConnectionList(ConnectionRegistry registry) {
		this.registry = registry;
	}

	@Override
	public List<ConnectedClient> all() {
		List<ConnectedClient> clients = new ArrayList<>();
		this.registry.forEach((connection) -> clients.add(connection.statistics().now()));
		clients.sort(Comparator.comparingLong(ConnectedClient::id));
		return clients;
	}

	@Override
	public int count() {
		return this.registry.size();
	}

	@Override
	public int limit() {
		return this.registry.limit();
	}

	@Override
	public boolean end(long id) {
		boolean[] found = { false };
		this.registry.forEach((connection) -> {
			if (connection.statistics().id() == id) {
				found[0] = true;
				connection.reset(ResetReason.OPERATOR);
			}
		});
		return found[0];
	}

}

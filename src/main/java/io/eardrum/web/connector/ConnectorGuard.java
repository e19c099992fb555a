package io.eardrum.web.connector;

import java.time.Duration;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.util.unit.DataSize;

import io.eardrum.address.ClientAddresses;
import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.web.event.HttpObserver;

/**
 * Makes an HTTP port keep its connections within bounds.
 */
public final class ConnectorGuard implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	private final ConnectionRules rules;

	/**
	 * Creates the guard of a port.
	 * @param headTimeout how long the head of a request may take, counted from when the
	 * client has connected or has been answered
	 * @param minRate how much of an answer a client has to take per second, on average
	 * @param addresses distinguishes clients
	 * @param budget contains the share of the heap for connections
	 * @param observer is notified of connections that end early
	 */
	public ConnectorGuard(Duration headTimeout, DataSize minRate, ClientAddresses addresses, HeapBudget budget,
			HttpObserver observer) {
		this.rules = new ConnectionRules(headTimeout, minRate.toBytes(), addresses, budget.share(HeapUse.CONNECTIONS),
				observer);
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		if (factory instanceof TomcatWebServerFactory tomcat) {
			tomcat.setProtocol(GuardedHttpProtocol.class.getName());
			TomcatProtocolHandlerCustomizer<GuardedHttpProtocol> guard = (protocol) -> protocol.guard(this.rules);
			tomcat.addProtocolHandlerCustomizers(guard);
		}
	}

}

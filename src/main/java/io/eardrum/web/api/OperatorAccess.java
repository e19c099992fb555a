package io.eardrum.web.api;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

import io.eardrum.web.http.Endpoint;
import io.eardrum.web.http.problem.RequestProblem;
import io.eardrum.web.security.HttpProperties;

/**
 * Decides whether the HTTP port serves what only an operator may do. It does so if every
 * request has to bring a password, or if only this machine reaches the port. Safe for any
 * number of threads.
 */
public final class OperatorAccess {

	private final boolean allowed;

	private OperatorAccess(boolean allowed) {
		this.allowed = allowed;
	}

	/**
	 * Creates the rule of a port.
	 * @param properties whether there is a password
	 * @param address where the port listens; {@code null} for all addresses
	 * @return the rule
	 */
	public static OperatorAccess of(HttpProperties properties, @Nullable InetAddress address) {
		return new OperatorAccess(properties.hasPassword() || (address != null && address.isLoopbackAddress()));
	}

	/**
	 * Returns whether the port serves what is for operators only.
	 * @return whether it does
	 */
	public boolean isAllowed() {
		return this.allowed;
	}

	/**
	 * Keeps an action for operators.
	 * @param action answers requests
	 * @return the action that refuses them if they may come from anybody
	 */
	public Endpoint.Action guard(Endpoint.Action action) {
		return (query, exchange) -> {
			if (!this.allowed) {
				throw new RequestProblem(HttpStatus.FORBIDDEN,
						"This is for operators only: it needs a password (eardrum.http.user and "
								+ "eardrum.http.password), or a port that only this machine reaches "
								+ "(server.address=127.0.0.1).");
			}
			action.serve(query, exchange);
		};
	}

}

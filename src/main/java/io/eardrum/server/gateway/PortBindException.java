package io.eardrum.server.gateway;

import java.io.IOException;

/**
 * The server can't listen on the configured address.
 */
public final class PortBindException extends RuntimeException {

	private final transient PortSettings settings;

	/**
	 * Creates an exception.
	 * @param settings where the server was to listen
	 * @param cause why it can't
	 */
	public PortBindException(PortSettings settings, IOException cause) {
		super("can't listen on " + settings.host() + ":" + settings.port() + ": " + cause.getMessage(), cause);
		this.settings = settings;
	}

	/**
	 * Returns where the server was to listen.
	 * @return the settings of the port
	 */
	public PortSettings settings() {
		return this.settings;
	}

}

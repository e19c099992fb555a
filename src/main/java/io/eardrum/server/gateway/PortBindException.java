package io.eardrum.server.gateway;

import java.io.IOException;

/**
 * The configured address can't be listened on.
 */
public final class PortBindException extends RuntimeException {

	private final transient PortSettings settings;

	public PortBindException(PortSettings settings, IOException cause) {
		super("can't listen on " + settings.host() + ":" + settings.port() + ": " + cause.getMessage(), cause);
		this.settings = settings;
	}

	public PortSettings settings() {
		return this.settings;
	}

}

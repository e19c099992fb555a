package io.eardrum.server;

import java.io.IOException;

/**
 * The configured address can't be listened on.
 */
final class PortBindException extends RuntimeException {

	private final transient PortSettings settings;

	PortBindException(PortSettings settings, IOException cause) {
		super("can't listen on " + settings.host() + ":" + settings.port() + ": " + cause.getMessage(), cause);
		this.settings = settings;
	}

	PortSettings settings() {
		return this.settings;
	}

}

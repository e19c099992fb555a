package io.eardrum.server;

import java.io.IOException;

/**
 * The configured address can't be listened on.
 */
final class TcpBindException extends RuntimeException {

	private final String host;

	private final int port;

	TcpBindException(String host, int port, IOException cause) {
		super("can't listen on " + host + ":" + port + ": " + cause.getMessage(), cause);
		this.host = host;
		this.port = port;
	}

	String host() {
		return this.host;
	}

	int port() {
		return this.port;
	}

}

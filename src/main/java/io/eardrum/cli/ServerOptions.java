package io.eardrum.cli;

import java.security.NoSuchAlgorithmException;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

import picocli.CommandLine.Option;

import io.eardrum.client.ClientOptions;
import io.eardrum.client.MetricClient;

/**
 * The options of every command that talks to a server.
 */
final class ServerOptions {

	@Option(names = "--host", defaultValue = "${env:EARDRUM_HOST:-127.0.0.1}", paramLabel = "HOST",
			description = "The server's name or address (EARDRUM_HOST; ${DEFAULT-VALUE}).")
	String host = "";

	@Option(names = "--port", defaultValue = "${env:EARDRUM_PORT:-8888}", paramLabel = "PORT",
			description = "Its TCP port (EARDRUM_PORT; ${DEFAULT-VALUE}).")
	int port;

	// With a fallback, for without one the option negates its default: --tls would switch
	// off what EARDRUM_TLS=true has switched on.
	@Option(names = "--tls", arity = "0..1", defaultValue = "${env:EARDRUM_TLS:-false}", fallbackValue = "true",
			paramLabel = "true|false",
			description = "Speak TLS, as a proxy in front of the server may want (EARDRUM_TLS=true).")
	boolean tls;

	@Option(names = "--timeout", defaultValue = "10", paramLabel = "SECONDS",
			description = "How long to wait for the connection, and for each reply (${DEFAULT-VALUE}).")
	int timeoutSeconds;

	MetricClient connect() {
		Duration timeout = Duration.ofSeconds(this.timeoutSeconds);
		ClientOptions options = ClientOptions.of(this.host, this.port).withTimeouts(timeout, timeout);
		return MetricClient.connect(this.tls ? options.withTls(socketFactory()) : options);
	}

	private static SSLSocketFactory socketFactory() {
		try {
			return SSLContext.getDefault().getSocketFactory();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalArgumentException("no TLS here: " + ex.getMessage(), ex);
		}
	}

}

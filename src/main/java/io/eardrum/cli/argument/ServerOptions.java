package io.eardrum.cli.argument;

import java.time.Duration;

import javax.net.ssl.SSLSocketFactory;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import io.eardrum.cli.file.FileArgument;
import io.eardrum.client.ClientOptions;
import io.eardrum.client.MetricClient;

/**
 * The options of every command that talks to a server.
 */
public final class ServerOptions {

	/** The longest timeout of a socket, in whole seconds. */
	private static final int MAX_TIMEOUT_SECONDS = Integer.MAX_VALUE / 1000;

	@Option(names = "--host", defaultValue = "127.0.0.1", paramLabel = "HOST",
			description = "The server's name or address (EARDRUM_HOST; ${DEFAULT-VALUE}).")
	private String host = "";

	@Option(names = "--port", defaultValue = "8888", paramLabel = "PORT",
			description = "Its TCP port (EARDRUM_PORT; ${DEFAULT-VALUE}).")
	private int port;

	// Has a fallback, because without one the option negates its default: --tls would
	// switch off what EARDRUM_TLS=true has switched on.
	@Option(names = "--tls", arity = "0..1", defaultValue = "false", fallbackValue = "true", paramLabel = "true|false",
			description = "Use TLS; the certificate must be for HOST (EARDRUM_TLS=true).")
	private boolean tls;

	@Option(names = "--ca", defaultValue = Option.NULL_VALUE, paramLabel = "FILE",
			description = "Use TLS, and trust these certificates (PEM) instead of Java's (EARDRUM_CA).")
	private @Nullable FileArgument trusted;

	@Option(names = "--cert", defaultValue = Option.NULL_VALUE, paramLabel = "FILE",
			description = "Use TLS, and show this certificate (PEM) (EARDRUM_CERT).")
	private @Nullable FileArgument certificate;

	@Option(names = "--key", defaultValue = Option.NULL_VALUE, paramLabel = "FILE",
			description = "The key of that certificate (PEM, PKCS#8) (EARDRUM_KEY).")
	private @Nullable FileArgument key;

	@Option(names = "--timeout", defaultValue = "10", paramLabel = "SECONDS",
			description = { "How long put, ping, last and a round of watch may take, and how long the others wait",
					"for the connection and for more of a reply (${DEFAULT-VALUE})." })
	private int timeoutSeconds;

	/**
	 * Connects to the server.
	 * @return a connected client
	 * @throws IllegalArgumentException if an option has an invalid value
	 * @throws io.eardrum.client.MetricClientException if there is no connection
	 */
	public MetricClient connect() {
		return MetricClient.connect(clientOptions());
	}

	/**
	 * Returns the options for a client.
	 * @return the options of a client
	 * @throws IllegalArgumentException if an option has an invalid value
	 */
	public ClientOptions clientOptions() {
		Duration timeout = timeout();
		ClientOptions options = ClientOptions.of(this.host, this.port).withTimeouts(timeout, timeout);
		return speaksTls() ? options.withTls(socketFactory()) : options;
	}

	/**
	 * Returns how long to wait.
	 * @return the value of {@code --timeout}
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public Duration timeout() {
		if (this.timeoutSeconds < 1 || this.timeoutSeconds > MAX_TIMEOUT_SECONDS) {
			throw new IllegalArgumentException("--timeout takes seconds, from 1 to " + MAX_TIMEOUT_SECONDS);
		}
		return Duration.ofSeconds(this.timeoutSeconds);
	}

	/**
	 * Returns where the server is.
	 * @return its host and port, with a colon between them
	 */
	public String address() {
		return this.host + ":" + this.port;
	}

	private boolean speaksTls() {
		return this.tls || this.trusted != null || this.certificate != null || this.key != null;
	}

	private SSLSocketFactory socketFactory() {
		return TlsFiles.socketFactory(this.trusted, this.certificate, this.key);
	}

}

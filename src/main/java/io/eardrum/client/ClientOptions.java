package io.eardrum.client;

import java.time.Clock;
import java.time.Duration;

import javax.net.ssl.SSLSocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link MetricClient} connects to, and how.
 *
 * @param host the name or address of the server
 * @param port its TCP port
 * @param connectTimeout how long to wait for the connection, TLS handshake included
 * @param readTimeout how long a reply that is due may bring no byte, and also how long it
 * may take in all; each KiB of rows adds a second to the latter
 * @param tls creates sockets that use TLS, or {@code null} for plain TCP
 * @param reconnect how to reconnect after the connection was lost, or {@code null} if the
 * client must not reconnect
 * @param clock gives the time for points without a timestamp
 * @param maxResultBytes how much memory the points that one call returns may take, in
 * bytes. A point takes about 48, and a key 300 plus four times its length. Points that
 * are consumed one by one do not count
 */
public record ClientOptions(String host, int port, Duration connectTimeout, Duration readTimeout,
		@Nullable SSLSocketFactory tls, @Nullable Backoff reconnect, Clock clock, long maxResultBytes) {

	/**
	 * The port that a server uses by default.
	 */
	public static final int DEFAULT_PORT = 8888;

	/**
	 * The timeout for connecting and for reading, if none is set.
	 */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);

	/** The longest timeout of a socket. */
	private static final Duration MAX_TIMEOUT = Duration.ofMillis(Integer.MAX_VALUE);

	public ClientOptions {
		if (host.isBlank()) {
			// Java would resolve it to this machine.
			throw new IllegalArgumentException("the name of the host is missing");
		}
		if (port < 1 || port > 0xFFFF) {
			throw new IllegalArgumentException("port " + port + " is not from 1 to 65535");
		}
		requireTimeout("connect timeout", connectTimeout);
		requireTimeout("read timeout", readTimeout);
		if (maxResultBytes < 1) {
			throw new IllegalArgumentException("maxResultBytes is " + maxResultBytes + ", not 1 or more");
		}
	}

	/**
	 * Returns the options for plain TCP, timeouts of ten seconds, no reconnecting, the
	 * system's clock, and results of at most a quarter of the heap.
	 * @param host the name or address of the server
	 * @param port its TCP port
	 * @return the options
	 */
	public static ClientOptions of(String host, int port) {
		return new ClientOptions(host, port, DEFAULT_TIMEOUT, DEFAULT_TIMEOUT, null, null, Clock.systemUTC(),
				Runtime.getRuntime().maxMemory() / 4);
	}

	/**
	 * Sets both timeouts.
	 * @param connect how long to wait for the connection
	 * @param read how long a reply that is due may bring no byte, and also how long it
	 * may take in all; each KiB of rows adds a second to the latter
	 * @return the changed options
	 */
	public ClientOptions withTimeouts(Duration connect, Duration read) {
		return new ClientOptions(this.host, this.port, connect, read, this.tls, this.reconnect, this.clock,
				this.maxResultBytes);
	}

	/**
	 * Enables TLS. The server's certificate must be valid for the host.
	 * @param factory creates the sockets, such as {@code SSLContext.getDefault()
	 * .getSocketFactory()}
	 * @return the changed options
	 */
	public ClientOptions withTls(SSLSocketFactory factory) {
		return new ClientOptions(this.host, this.port, this.connectTimeout, this.readTimeout, factory, this.reconnect,
				this.clock, this.maxResultBytes);
	}

	/**
	 * Lets the client reconnect, at the next call, after the connection was lost.
	 * @param backoff how long to wait between attempts
	 * @return the changed options
	 */
	public ClientOptions withReconnect(Backoff backoff) {
		return new ClientOptions(this.host, this.port, this.connectTimeout, this.readTimeout, this.tls, backoff,
				this.clock, this.maxResultBytes);
	}

	/**
	 * Sets the clock.
	 * @param other gives the time for points without a timestamp
	 * @return the changed options
	 */
	public ClientOptions withClock(Clock other) {
		return new ClientOptions(this.host, this.port, this.connectTimeout, this.readTimeout, this.tls, this.reconnect,
				other, this.maxResultBytes);
	}

	/**
	 * Sets how much memory the points that one call returns may take.
	 * @param bytes the memory in bytes, 1 or more
	 * @return the changed options
	 */
	public ClientOptions withMaxResultBytes(long bytes) {
		return new ClientOptions(this.host, this.port, this.connectTimeout, this.readTimeout, this.tls, this.reconnect,
				this.clock, bytes);
	}

	private static void requireTimeout(String name, Duration timeout) {
		if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
			throw new IllegalArgumentException("the " + name + " of " + timeout + " is not from 1 ms to 24 days");
		}
	}

}

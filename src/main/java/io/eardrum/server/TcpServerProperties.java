package io.eardrum.server;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DataSizeUnit;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.util.unit.DataUnit;

import io.eardrum.address.NetworkList;
import io.eardrum.protocol.CommandParser;
import io.eardrum.protocol.FurtherWords;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.channel.ClientAuthentication;
import io.eardrum.server.gateway.PortSettings;

/**
 * Configures the TCP port.
 *
 * @param host the address to listen on: an IP address or a name of this machine. The
 * default can be reached from this machine only; 0.0.0.0 means all of its addresses.
 * @param port the port to listen on, 0 to 65535, where 0 takes any free one
 * @param allow the networks from which clients may connect, such as 10.0.0.0/8 or ::1; an
 * empty list allows every address. It holds for Graphite's protocol too.
 * @param ssl how connections are encrypted
 * @param maxConnections how many clients may be connected at once, 1 to 1000000, those of
 * Graphite's protocol included; further clients are turned away
 * @param maxLineLength how many bytes a line may have without its line end, 64B to 1MB,
 * and no more than an eighth of eardrum.heap.connections
 * @param maxKeyLength how many bytes a key may have, 1B to the length of a line less 16
 * @param writeTimeout how long a client may leave its replies unread once they fill the
 * buffers between it and this server, 10ms to 1d; then its connection is reset
 * @param idleTimeout how long a client may be silent before its connection is reset, up
 * to 365d; 0 means for ever
 * @param shutdownGracePeriod how long commands that have been read may take to be
 * answered when the server stops, 0 to 1h
 * @param extensions whether keys, last, range, help and quit are commands, besides put
 * and get
 * @param delete whether delete is a command, too
 */
@ConfigurationProperties(prefix = "eardrum.tcp", ignoreUnknownFields = false)
public record TcpServerProperties(@DefaultValue("127.0.0.1") String host, @DefaultValue("8888") int port,
		@DefaultValue List<String> allow, @DefaultValue Ssl ssl, @DefaultValue("10000") int maxConnections,
		@DefaultValue("4096B") @DataSizeUnit(DataUnit.BYTES) DataSize maxLineLength,
		@DefaultValue("512B") @DataSizeUnit(DataUnit.BYTES) DataSize maxKeyLength,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration writeTimeout,
		@DefaultValue("0s") @DurationUnit(ChronoUnit.SECONDS) Duration idleTimeout,
		@DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS) Duration shutdownGracePeriod,
		@DefaultValue("true") boolean extensions, @DefaultValue("false") boolean delete) {

	private static final int MAX_CONNECTIONS = 1_000_000;

	private static final int MIN_LINE_LENGTH = 64;

	private static final int MAX_LINE_LENGTH = 1024 * 1024;

	/** How many of the longest lines must fit into the memory for unfinished lines. */
	private static final int LINES_AT_LEAST = 8;

	/**
	 * What a put has besides its key, with the shortest value and timestamp, and a few
	 * bytes more.
	 */
	private static final int LINE_BESIDES_KEY = 16;

	public TcpServerProperties {
		check("host", host, !host.isBlank(), "It must be an IP address or a host name.");
		check("port", port, port >= 0 && port <= 65535, "It must be from 0 to 65535; 0 takes any free port.");
		checkNetworks(allow);
		check("max-connections", maxConnections, maxConnections >= 1 && maxConnections <= MAX_CONNECTIONS,
				"It must be from 1 to " + MAX_CONNECTIONS + ".");
		check("max-line-length", maxLineLength,
				maxLineLength.toBytes() >= MIN_LINE_LENGTH && maxLineLength.toBytes() <= MAX_LINE_LENGTH,
				"It must be from 64B to 1MB.");
		check("max-key-length", maxKeyLength,
				maxKeyLength.toBytes() >= 1 && maxKeyLength.toBytes() <= maxLineLength.toBytes() - LINE_BESIDES_KEY,
				"It must be at least 1B, and 16B shorter than eardrum.tcp.max-line-length, which is " + maxLineLength
						+ ".");
		check("write-timeout", writeTimeout, isWithin(writeTimeout, Duration.ofMillis(10), Duration.ofDays(1)),
				"It must be from 10ms to 1d.");
		check("idle-timeout", idleTimeout, isWithin(idleTimeout, Duration.ZERO, Duration.ofDays(365)),
				"It must be from 0 (never) to 365d.");
		check("shutdown-grace-period", shutdownGracePeriod,
				isWithin(shutdownGracePeriod, Duration.ZERO, Duration.ofHours(1)), "It must be from 0 to 1h.");
		check("delete", delete, extensions || !delete, "With eardrum.tcp.extensions=false it must be false.");
	}

	/**
	 * Checks that a few unfinished lines can't take all the memory for unfinished lines.
	 * @param bytes the size of that memory, in bytes
	 */
	void requireRoomForLines(long bytes) {
		long most = bytes / LINES_AT_LEAST;
		check("max-line-length", this.maxLineLength, this.maxLineLength.toBytes() <= most,
				"It must be at most an eighth of eardrum.heap.connections, " + most + "B.");
	}

	/**
	 * Returns the limits of lines and keys.
	 * @return the limits, in bytes
	 */
	public ProtocolLimits limits() {
		return new ProtocolLimits((int) this.maxLineLength.toBytes(), (int) this.maxKeyLength.toBytes());
	}

	/**
	 * Returns the networks from which clients may connect.
	 * @return the networks; if there is none, clients may connect from everywhere
	 */
	public NetworkList allowed() {
		return NetworkList.of(this.allow);
	}

	PortSettings portSettings() {
		ProtocolLimits limits = limits();
		FurtherWords further = new FurtherWords(this.extensions, this.delete);
		return new PortSettings("eardrum.tcp.host", this.host, "eardrum.tcp.port", this.port, allowed(),
				limits.maxLineLength(), () -> new CommandParser(limits, further), true);
	}

	private static void checkNetworks(List<String> allow) {
		try {
			NetworkList.of(allow);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("eardrum.tcp.allow", String.join(",", allow),
					ex.getMessage() + ". It must be a list of addresses and networks, such as 10.0.0.0/8,::1.");
		}
	}

	private static boolean isWithin(Duration duration, Duration shortest, Duration longest) {
		return duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0;
	}

	private static void check(String name, Object value, boolean allowed, String reason) {
		if (!allowed) {
			Object shown = (value instanceof Duration duration) ? DurationStyle.SIMPLE.print(duration) : value;
			throw new InvalidConfigurationPropertyValueException("eardrum.tcp." + name, shown, reason);
		}
	}

	/**
	 * How connections are encrypted.
	 *
	 * @param bundle the name of the SSL bundle (spring.ssl.bundle.*) whose certificate
	 * the port shows; without one the port does not use TLS
	 * @param clientAuth whether clients must show a certificate that the bundle trusts:
	 * none, want or need
	 */
	public record Ssl(@Nullable String bundle, @DefaultValue("none") ClientAuthentication clientAuth) {

		public Ssl {
			if (bundle != null && bundle.isBlank()) {
				bundle = null;
			}
			check("ssl.client-auth", clientAuth, clientAuth == ClientAuthentication.NONE || bundle != null,
					"Without eardrum.tcp.ssl.bundle it must be none.");
		}

	}

}

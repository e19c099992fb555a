package io.eardrum.server.graphite;

import java.time.Clock;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import io.eardrum.protocol.PlaintextParser;
import io.eardrum.protocol.ProtocolLimits;
import io.eardrum.server.TcpServerProperties;
import io.eardrum.server.gateway.PortSettings;

/**
 * Configures the port for Graphite's plaintext protocol. Its other limits are those of
 * the TCP port, which hold for both ports.
 *
 * @param host the address to listen on: an IP address or a name of this machine. By
 * default that of eardrum.tcp.host.
 * @param port the port to listen on, TCP and UDP, 0 to 65535, where 0 takes any free one.
 * By default it is empty, and the port is closed; Graphite's own port is 2003.
 */
@ConfigurationProperties(prefix = "eardrum.graphite", ignoreUnknownFields = false)
record GraphiteServerProperties(@Nullable String host, @DefaultValue("") String port) {

	private static final String HOST = "eardrum.graphite.host";

	private static final String PORT = "eardrum.graphite.port";

	// The port is text, because the framework takes an empty number for no value, and
	// then reports the property as unknown.
	GraphiteServerProperties {
		if (host != null && host.isBlank()) {
			throw new InvalidConfigurationPropertyValueException(HOST, host,
					"It must be an IP address or a host name; by default it is that of eardrum.tcp.host.");
		}
		if (!port.isBlank() && !isPort(port.strip())) {
			throw new InvalidConfigurationPropertyValueException(PORT, port,
					"It must be from 0 to 65535; 0 takes any free port, and an empty value closes the port.");
		}
	}

	private static boolean isPort(String text) {
		try {
			int number = Integer.parseInt(text);
			return number >= 0 && number <= PortSettings.MAX_PORT;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	/**
	 * Returns the settings of the port, which must be configured.
	 * @param tcp the properties that hold for both ports
	 * @param clock gives the current time for clients without a clock
	 * @return the settings
	 */
	PortSettings portSettings(TcpServerProperties tcp, Clock clock) {
		ProtocolLimits limits = tcp.limits();
		String hostProperty = (this.host != null) ? HOST : "eardrum.tcp.host";
		String address = (this.host != null) ? this.host : tcp.host();
		return new PortSettings(hostProperty, address, PORT, Integer.parseInt(this.port.strip()), tcp.allowed(),
				limits.maxLineLength(), () -> PlaintextParser.ofStream(limits, clock), false);
	}

}

package io.eardrum.server.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import io.eardrum.address.NetworkList;
import io.eardrum.protocol.LineParser;

/**
 * The settings that differ from port to port: where it listens, and how it talks.
 *
 * @param hostProperty the name of the property that the host comes from
 * @param host the address to listen on: an IP address or a name of this machine
 * @param portProperty the name of the property that the port comes from
 * @param port the port to listen on; 0 takes any free one
 * @param allowed the networks from which clients may come
 * @param maxLineLength how many bytes a line may have without its line end
 * @param parsers creates the parser of each connection
 * @param answering whether clients are answered; if not, nothing is ever sent to them
 */
public record PortSettings(String hostProperty, String host, String portProperty, int port, NetworkList allowed,
		int maxLineLength, Supplier<LineParser> parsers, boolean answering) {

	/** The highest port number. */
	public static final int MAX_PORT = 65535;

	/**
	 * Resolves the address.
	 * @return the address and the port
	 * @throws InvalidConfigurationPropertyValueException if the host is unknown
	 */
	InetSocketAddress address() {
		try {
			return new InetSocketAddress(InetAddress.getByName(this.host), this.port);
		}
		catch (UnknownHostException ex) {
			throw new InvalidConfigurationPropertyValueException(this.hostProperty, this.host,
					"No such host is known. It must be an IP address or a name of this machine.");
		}
	}

}

package io.eardrum.address;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The configuration of the addresses of clients, for all ports.
 *
 * @param sharedAddresses the networks whose addresses stand for many clients each, such
 * as those of proxies; each connection from them counts as one client
 */
@ConfigurationProperties(prefix = "eardrum.clients", ignoreUnknownFields = false)
record ClientProperties(@DefaultValue List<String> sharedAddresses) {

	ClientProperties {
		networks(sharedAddresses);
	}

	ClientAddresses addresses() {
		return ClientAddresses.sharing(networks(this.sharedAddresses));
	}

	private static NetworkList networks(List<String> texts) {
		try {
			return NetworkList.of(texts);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("eardrum.clients.shared-addresses",
					String.join(",", texts),
					ex.getMessage() + ". It must be a list of addresses and networks, such as 172.17.0.1,10.0.0.0/24.");
		}
	}

}

package io.eardrum.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Distinguishes clients by their addresses. An IPv4 address is one client. Of an IPv6
 * address, the network of 64 bits is one client, because a client that has one address of
 * it can have all of them. Addresses that stand for many clients, such as that of a
 * proxy, identify none. Immutable.
 */
public final class ClientAddresses {

	private final @Nullable NetworkList shared;

	private ClientAddresses(@Nullable NetworkList shared) {
		this.shared = shared;
	}

	/**
	 * Returns a rule by which some addresses stand for many clients.
	 * @param shared these addresses; no address is shared if the list is empty
	 * @return the rule
	 */
	public static ClientAddresses sharing(NetworkList shared) {
		return new ClientAddresses(shared.isEmpty() ? null : shared);
	}

	/**
	 * Returns a rule by which no address stands for many clients.
	 * @return the rule
	 */
	public static ClientAddresses distinct() {
		return new ClientAddresses(null);
	}

	/**
	 * Returns what identifies the client at an address.
	 * @param address the address, or {@code null} if it is unknown
	 * @return an equal object for all addresses of the same client, or {@code null} if
	 * the address does not identify a client
	 */
	public @Nullable Object client(@Nullable InetAddress address) {
		if (address == null || (this.shared != null && this.shared.contains(address))) {
			return null;
		}
		ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
		return (address instanceof Inet6Address) ? (Object) bytes.getLong() : (Object) bytes.getInt();
	}

	/**
	 * Returns what identifies the client at an address.
	 * @param address the address as text
	 * @return as {@link #client(InetAddress)}, and {@code null} if the text is not an
	 * address
	 */
	public @Nullable Object client(@Nullable String address) {
		return (address != null) ? client(NetworkList.address(address)) : null;
	}

}

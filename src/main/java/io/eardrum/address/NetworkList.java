package io.eardrum.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Networks from which clients come, such as {@code 10.0.0.0/8} or {@code fd00::/8}. An
 * address without a length is one machine. Immutable.
 */
public final class NetworkList {

	/** Anything else would be looked up as a name. */
	private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

	private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

	private final List<Network> networks;

	private NetworkList(List<Network> networks) {
		this.networks = networks;
	}

	/**
	 * Reads networks.
	 * @param texts the networks as text, one each
	 * @return the list
	 * @throws IllegalArgumentException if one of them is not a network; the message has
	 * the text and what is wrong with it
	 */
	public static NetworkList of(List<String> texts) {
		List<Network> networks = new ArrayList<>();
		for (String text : texts) {
			networks.add(network(text.strip()));
		}
		return new NetworkList(List.copyOf(networks));
	}

	/**
	 * Returns whether a client may connect if these networks are the allowed ones.
	 * @param address its address
	 * @return whether one of the networks contains it, or the list is empty
	 */
	public boolean allows(InetAddress address) {
		return this.networks.isEmpty() || contains(address);
	}

	public boolean isEmpty() {
		return this.networks.isEmpty();
	}

	/**
	 * Returns whether one of the networks contains an address.
	 * @param address the address
	 * @return whether one of them contains it
	 */
	public boolean contains(InetAddress address) {
		byte[] bytes = address.getAddress();
		for (Network network : this.networks) {
			if (network.contains(bytes)) {
				return true;
			}
		}
		return false;
	}

	private static Network network(String text) {
		int slash = text.indexOf('/');
		String address = (slash < 0) ? text : text.substring(0, slash);
		byte[] bytes = bytes(text, address);
		int bits = bytes.length * Byte.SIZE;
		int length = bits;
		if (slash >= 0) {
			String digits = text.substring(slash + 1);
			if (!LENGTH.matcher(digits).matches() || Integer.parseInt(digits) > bits) {
				throw new IllegalArgumentException(
						"'" + text + "' has no length from 0 to " + bits + " after its slash");
			}
			length = Integer.parseInt(digits);
		}
		Network network = new Network(bytes, length);
		for (int bit = length; bit < bits; bit++) {
			if ((bytes[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1) != 0) {
				throw new IllegalArgumentException("'" + text + "' has bits set beyond its length of " + length);
			}
		}
		return network;
	}

	/**
	 * Reads an address without looking up names.
	 * @param text the text
	 * @return the address, or {@code null} if the text is not an address
	 */
	static @Nullable InetAddress address(String text) {
		if (ADDRESS.matcher(text).matches() && (text.indexOf(':') >= 0 || dots(text) == 3)) {
			try {
				return InetAddress.getByName(text);
			}
			catch (UnknownHostException ex) {
				// It is not an address.
			}
		}
		return null;
	}

	private static byte[] bytes(String text, String address) {
		InetAddress known = address(address);
		if (known != null) {
			return known.getAddress();
		}
		throw new IllegalArgumentException("'" + text + "' is neither an IP address nor a network such as 10.0.0.0/8");
	}

	private static long dots(String address) {
		return address.chars().filter((next) -> next == '.').count();
	}

	private static final class Network {

		private final byte[] address;

		private final int length;

		Network(byte[] address, int length) {
			this.address = address;
			this.length = length;
		}

		boolean contains(byte[] other) {
			if (other.length != this.address.length) {
				return false;
			}
			int whole = this.length / Byte.SIZE;
			for (int i = 0; i < whole; i++) {
				if (other[i] != this.address[i]) {
					return false;
				}
			}
			int bits = this.length % Byte.SIZE;
			return bits == 0 || ((other[whole] ^ this.address[whole]) & 0xFF) >> (Byte.SIZE - bits) == 0;
		}

	}

}

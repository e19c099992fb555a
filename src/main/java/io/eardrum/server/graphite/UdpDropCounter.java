package io.eardrum.server.graphite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads how many datagrams the system has dropped before they could be received. Linux
 * lists that number for each socket; other systems do not.
 */
final class UdpDropCounter {

	/**
	 * One for each version of IP; Java's sockets are in the second unless IPv6 is off.
	 */
	private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/udp"), Path.of("/proc/self/net/udp6"));

	// sl local_address rem_address st queues tr:tm retrnsmt uid timeout inode ref pointer
	// drops
	private static final int LOCAL_ADDRESS = 1;

	private static final int DROPS = 12;

	private UdpDropCounter() {
	}

	/**
	 * Returns whether this system lists the number.
	 * @return whether {@link #of} is meaningful
	 */
	static boolean areKnown() {
		return TABLES.stream().anyMatch(Files::isReadable);
	}

	/**
	 * Returns how many of the datagrams sent to an address were dropped.
	 * @param bound the address of a socket of this process
	 * @return the number of datagrams since the socket was bound; 0 if there is no such
	 * socket
	 */
	static long of(InetSocketAddress bound) {
		long drops = 0;
		for (Path table : TABLES) {
			drops += in(rows(table), bound);
		}
		return drops;
	}

	// There are none if this version of IP is off.
	private static List<String> rows(Path table) {
		try {
			return Files.readAllLines(table);
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	static long in(List<String> table, InetSocketAddress bound) {
		long drops = 0;
		for (String row : table) {
			String[] words = row.strip().split("\\s+", -1);
			if (words.length > DROPS && isAt(words[LOCAL_ADDRESS], bound)) {
				drops += Long.parseLong(words[DROPS]);
			}
		}
		return drops;
	}

	// The address looks like 0100007F:07D3. Each four bytes of it are a number in the
	// byte order of this processor.
	private static boolean isAt(String local, InetSocketAddress bound) {
		int colon = local.indexOf(':');
		if (colon < 0 || Integer.parseInt(local, colon + 1, local.length(), 16) != bound.getPort()) {
			return false;
		}
		byte[] bytes = HexFormat.of().parseHex(local, 0, colon);
		if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
			for (int word = 0; word < bytes.length; word += Integer.BYTES) {
				swap(bytes, word, word + 3);
				swap(bytes, word + 1, word + 2);
			}
		}
		try {
			InetAddress address = InetAddress.getByAddress(bytes);
			return address.equals(bound.getAddress())
					|| (address.isAnyLocalAddress() && bound.getAddress().isAnyLocalAddress());
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

	private static void swap(byte[] bytes, int first, int second) {
		byte kept = bytes[first];
		bytes[first] = bytes[second];
		bytes[second] = kept;
	}

}

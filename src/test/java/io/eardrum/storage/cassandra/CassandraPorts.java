package io.eardrum.storage.cassandra;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/**
 * The ports of the nodes of one cluster: the same ones on each of the loopback addresses
 * 127.0.0.1, 127.0.0.2 and so on.
 *
 * @param storage where nodes talk to each other
 * @param cql where they take clients
 */
record CassandraPorts(int storage, int cql) {

	/**
	 * Below those that the system gives to outgoing connections: a node that is away must
	 * find its port free.
	 */
	private static final int FIRST = 20_000;

	private static final int COUNT = 10_000;

	private static final int TRIES = 100;

	/**
	 * Finds ports that nobody uses now.
	 * @param nodes how many nodes there are
	 * @return the ports
	 * @throws IOException if there are none
	 */
	static CassandraPorts free(int nodes) throws IOException {
		Random random = new Random();
		IOException failure = new IOException("no ports are free");
		for (int i = 0; i < TRIES; i++) {
			CassandraPorts ports = new CassandraPorts(FIRST + random.nextInt(COUNT), FIRST + random.nextInt(COUNT));
			try {
				for (int node = 0; node < nodes; node++) {
					bind(ports.address(node), ports.storage());
					bind(ports.address(node), ports.cql());
				}
				if (ports.storage() != ports.cql()) {
					return ports;
				}
			}
			catch (IOException ex) {
				failure.addSuppressed(ex);
			}
		}
		throw failure;
	}

	private static void bind(String address, int port) throws IOException {
		new ServerSocket(port, 1, InetAddress.getByName(address)).close();
	}

	/**
	 * Returns the address of a node.
	 * @param number its number, from 0
	 * @return a loopback address
	 */
	String address(int number) {
		return "127.0.0." + (number + 1);
	}

	InetSocketAddress contactPoint(int number) {
		return new InetSocketAddress(address(number), this.cql);
	}

}

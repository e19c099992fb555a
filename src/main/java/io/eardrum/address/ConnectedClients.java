package io.eardrum.address;

import java.util.List;

/**
 * The clients of the ports for points. Safe for any number of threads.
 */
public interface ConnectedClients {

	/**
	 * Returns the clients that are connected now.
	 * @return the clients, the one that has been connected for longest first
	 */
	List<ConnectedClient> all();

	/**
	 * Returns how many clients are connected now.
	 * @return the number of clients
	 */
	int count();

	/**
	 * Returns how many clients may be connected at once.
	 * @return the number at which further clients are turned away
	 */
	int limit();

	/**
	 * Ends the connection of a client at once. What it has sent and was not answered yet
	 * may have been executed or not.
	 * @param id the number of the connection
	 * @return whether there was such a connection
	 */
	boolean end(long id);

}

package io.eardrum.web.http.admission;

/**
 * The connection of a request, as far as the request needs to know it.
 */
public interface ClientConnection {

	/** The attribute of a request that holds it. */
	String ATTRIBUTE = ClientConnection.class.getName();

	/** A connection of which nothing is known, for requests that come over none. */
	ClientConnection UNKNOWN = new ClientConnection() {

		@Override
		public boolean hasLeft() {
			return false;
		}

		@Override
		public void end() {
			// There is nothing to end.
		}

	};

	/**
	 * Looks, without waiting, whether the client has closed the connection, or its
	 * sending half. Only for the thread of the request.
	 * @return whether it has; {@code false} if that can't be known
	 */
	boolean hasLeft();

	/**
	 * Ends the connection, so that a thread which waits for the client goes on. Any
	 * thread may do so. It does not wait.
	 */
	void end();

}

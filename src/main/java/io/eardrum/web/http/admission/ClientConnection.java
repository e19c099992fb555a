package io.eardrum.web.http.admission;

/**
 * The part of a request's connection that the request uses.
 */
public interface ClientConnection {

	/** The attribute of a request that holds it. */
	String ATTRIBUTE = ClientConnection.class.getName();

	/** A connection about which nothing is known, for requests that have none. */
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
	 * Returns, without waiting, whether the client has closed the connection or its
	 * sending half. Only for the thread of the request.
	 * @return whether it has; {@code false} if that is unknown
	 */
	boolean hasLeft();

	/**
	 * Ends the connection, so that a thread that waits for the client continues. Any
	 * thread may call this. It does not block.
	 */
	void end();

}

package io.eardrum.budget;

/**
 * Thrown if a request has to end before it is answered.
 */
public class RequestEndedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reason reason;

	RequestEndedException(Reason reason) {
		super("The request has to end: " + reason);
		this.reason = reason;
	}

	/**
	 * Returns why the request ends.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * Why a request ends.
	 */
	public enum Reason {

		/** It has taken too long. */
		TIME,

		/** It needs too much work. */
		WORK,

		/** Its client has closed the connection. */
		CLIENT_LEFT,

		/** The server stops. */
		STOPPING

	}

}

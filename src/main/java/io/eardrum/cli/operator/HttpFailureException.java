package io.eardrum.cli.operator;

/**
 * Says why the HTTP port of a server has not done what it was asked for.
 */
public final class HttpFailureException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean reached;

	/**
	 * Creates the exception.
	 * @param message why
	 * @param reached whether the server has answered
	 */
	HttpFailureException(String message, boolean reached) {
		super(message, null, false, false);
		this.reached = reached;
	}

	/**
	 * Returns whether the server has answered.
	 * @return {@code false} if there is none, or the connection broke
	 */
	public boolean isReached() {
		return this.reached;
	}

	@Override
	public String getMessage() {
		return String.valueOf(super.getMessage());
	}

}

package io.eardrum.client;

import org.jspecify.annotations.Nullable;

/**
 * A failure between a {@link MetricClient} and a server.
 */
public final class MetricClientException extends RuntimeException {

	private final Reason reason;

	private final @Nullable PutProgress progress;

	MetricClientException(Reason reason, String message) {
		this(reason, message, null, null);
	}

	MetricClientException(Reason reason, String message, @Nullable Throwable cause) {
		this(reason, message, cause, null);
	}

	private MetricClientException(Reason reason, String message, @Nullable Throwable cause,
			@Nullable PutProgress progress) {
		super(message, cause);
		this.reason = reason;
		this.progress = progress;
	}

	/**
	 * Returns this failure together with the progress that many puts had made before it.
	 * @param reached how far they had come
	 * @return another exception
	 */
	MetricClientException with(PutProgress reached) {
		String where = this.reason.endsConnection() ? "" : "point " + reached.firstRejected() + ": ";
		return new MetricClientException(this.reason, where + getMessage() + " (" + reached.acknowledged()
				+ " points acknowledged, " + (reached.sent() - reached.answered()) + " more sent)", this, reached);
	}

	@Override
	public String getMessage() {
		return String.valueOf(super.getMessage());
	}

	/**
	 * Returns what went wrong.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * Returns how far a sequence of puts had come.
	 * @return the progress; {@code null} if it wasn't a sequence of puts that failed
	 */
	public @Nullable PutProgress progress() {
		return this.progress;
	}

	/**
	 * What can go wrong.
	 */
	public enum Reason {

		/** There is no connection: refused, unknown host, no route, TLS, or timeout. */
		UNREACHABLE(true),

		/** A reply that was due brought nothing, or too little, within the timeout. */
		TIMEOUT(true),

		/** The connection was closed or reset, by the server or by this client. */
		CLOSED(true),

		/** What arrived isn't a reply; the other side isn't the expected server. */
		MALFORMED_REPLY(true),

		/** There are more points than the client may keep; consume them one by one. */
		RESULT_TOO_LARGE(true),

		/** The server has as many connections as it allows. */
		TOO_MANY_CONNECTIONS(true),

		/** The server rejects the command, for example because its key is too long. */
		WRONG_COMMAND(false),

		/** The server can't store or read points now; trying again later may help. */
		STORAGE_UNAVAILABLE(false),

		/** The point would be the first of its series, and the server has too many. */
		TOO_MANY_SERIES(false),

		/** The timestamp is further ahead of the server's clock than it allows. */
		TIMESTAMP_IN_FUTURE(false),

		/** The server said {@code error} and something that this client doesn't know. */
		OTHER_ERROR(false),

		/** No command can carry the key or the value; nothing was sent. */
		INVALID(false);

		private final boolean ending;

		Reason(boolean ending) {
			this.ending = ending;
		}

		/**
		 * Returns whether such a failure ends the connection.
		 * @return whether the connection has been given up
		 */
		public boolean endsConnection() {
			return this.ending;
		}

	}

}

package io.eardrum.cli;

import io.eardrum.client.MetricClientException;

/**
 * The exit statuses of commands, which {@code --help} lists.
 */
final class ExitStatus {

	/** The command is done. */
	static final int OK = 0;

	/** The server refused, or a file could not be used. */
	static final int FAILED = 1;

	/** The command was used wrongly. */
	static final int USAGE = 2;

	/** There is no server, or the connection to it broke. */
	static final int UNAVAILABLE = 69;

	private ExitStatus() {
	}

	/**
	 * Returns the status for a failure of the client.
	 * @param failure the failure
	 * @return the status
	 */
	static int of(MetricClientException failure) {
		return switch (failure.reason()) {
			case UNREACHABLE, TIMEOUT, CLOSED, TOO_MANY_CONNECTIONS -> UNAVAILABLE;
			case INVALID -> USAGE;
			case MALFORMED_REPLY, RESULT_TOO_LARGE, WRONG_COMMAND, STORAGE_UNAVAILABLE, TOO_MANY_SERIES,
					TIMESTAMP_IN_FUTURE, OTHER_ERROR ->
				FAILED;
		};
	}

}

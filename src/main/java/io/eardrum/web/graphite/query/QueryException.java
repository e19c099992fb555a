package io.eardrum.web.graphite.query;

/**
 * A request that can't be answered as it stands. The message is one sentence for whoever
 * wrote the request.
 */
public final class QueryException extends RuntimeException {

	public QueryException(String message) {
		// Not an error of this program: where it was noticed helps nobody.
		super(message, null, false, false);
	}

}

package io.eardrum.web.graphite.query;

import io.eardrum.protocol.PrintableText;

/**
 * Thrown when a request can't be answered as it stands. The message is one sentence for
 * the author of the request.
 */
public final class QueryException extends RuntimeException {

	/** The sentence has to fit into a message, after its quotation. */
	private static final int MAX_QUOTED = 150;

	/**
	 * Creates an exception.
	 * @param message what is wrong with the request, in a sentence
	 */
	public QueryException(String message) {
		// Not an error of this program, so a stack trace does not help.
		super(message, null, false, false);
	}

	/**
	 * Quotes a text from a request, or the beginning of a long one.
	 * @param text the text
	 * @return the text between quotes
	 */
	public static String quoted(String text) {
		return "'" + PrintableText.of(text, MAX_QUOTED) + "'";
	}

}

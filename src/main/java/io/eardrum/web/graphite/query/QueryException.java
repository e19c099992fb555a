package io.eardrum.web.graphite.query;

import io.eardrum.protocol.PrintableText;

/**
 * A request that can't be answered as it stands. The message is one sentence for whoever
 * wrote the request.
 */
public final class QueryException extends RuntimeException {

	/** The sentence has to fit into a message, behind what it quotes. */
	private static final int MAX_QUOTED = 150;

	public QueryException(String message) {
		// Not an error of this program: where it was noticed helps nobody.
		super(message, null, false, false);
	}

	/**
	 * Quotes a text that somebody sent, or the beginning of a long one.
	 * @param text the text
	 * @return the text between quotes
	 */
	public static String quoted(String text) {
		return "'" + PrintableText.of(text, MAX_QUOTED) + "'";
	}

}

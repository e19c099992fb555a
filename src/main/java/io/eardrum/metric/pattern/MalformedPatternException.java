package io.eardrum.metric.pattern;

/**
 * Thrown when a text is not a pattern, such as one that is only half typed: it matches
 * nothing. The message says why.
 */
public final class MalformedPatternException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	MalformedPatternException(String message) {
		super(message);
	}

}

package io.eardrum.cli.format;

import java.io.Serial;

/**
 * A part of a file is not a point. The message says why.
 */
final class RejectedException extends Exception {

	@Serial
	private static final long serialVersionUID = 1L;

	// It is part of reading, and may occur for every line. So it has no stack trace.
	RejectedException(String message) {
		super(message, null, false, false);
	}

	@Override
	public String getMessage() {
		return String.valueOf(super.getMessage());
	}

}

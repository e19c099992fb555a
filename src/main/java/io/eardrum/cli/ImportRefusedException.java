package io.eardrum.cli;

/**
 * What was asked for can't be done with this file or server. The message says why, and
 * the exit status is that of a refusal.
 */
final class ImportRefusedException extends RuntimeException {

	ImportRefusedException(String message) {
		super(message);
	}

	@Override
	public String getMessage() {
		return String.valueOf(super.getMessage());
	}

}

package io.eardrum.cli;

/**
 * The import can't be done with this file or server. The message says why, and the exit
 * status is {@link ExitStatus#FAILED}.
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

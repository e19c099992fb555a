package io.eardrum.storage.embedded.directory;

import org.jspecify.annotations.Nullable;

import io.eardrum.storage.StorageException;

/**
 * Thrown when a store can't be opened as it is, and an operator has to do something about
 * it.
 */
public final class StoreOpenException extends StorageException {

	private final String action;

	/**
	 * Creates an exception.
	 * @param problem what is wrong, naming the file or directory
	 * @param action what an operator can do about it
	 * @param cause what was thrown, if anything
	 */
	public StoreOpenException(String problem, String action, @Nullable Throwable cause) {
		super(problem);
		if (cause != null) {
			initCause(cause);
		}
		this.action = action;
	}

	/**
	 * Returns what an operator can do about it.
	 * @return some sentences
	 */
	public String action() {
		return this.action;
	}

}

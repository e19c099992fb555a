package io.eardrum.storage;

import org.jspecify.annotations.Nullable;

/**
 * The store can't do what was asked of it now; the method that throws it says what may
 * have been done of it. The message says why, for an operator to read.
 */
public class StorageException extends RuntimeException {

	public StorageException(String message) {
		super(message);
	}

	public StorageException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

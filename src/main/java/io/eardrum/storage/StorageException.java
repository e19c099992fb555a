package io.eardrum.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store can't do now what it was asked for. The method that throws it
 * documents which part may have been done. The message says why, for an operator to read.
 */
public class StorageException extends RuntimeException {

	public StorageException(String message) {
		super(message);
	}

	public StorageException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

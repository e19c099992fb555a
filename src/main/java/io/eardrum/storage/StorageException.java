package io.eardrum.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the store can't serve a request now. The method that throws it documents
 * which part of the request may have been done. The message says why, for an operator to
 * read.
 */
public class StorageException extends RuntimeException {

	public StorageException(String message) {
		super(message);
	}

	public StorageException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

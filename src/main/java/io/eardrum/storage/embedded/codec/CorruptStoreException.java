package io.eardrum.storage.embedded.codec;

import io.eardrum.storage.StorageException;

/**
 * Thrown when the disk does not hold what was written to it. Such damage does not heal by
 * itself.
 */
public final class CorruptStoreException extends StorageException {

	public CorruptStoreException(String message) {
		super(message);
	}

	public CorruptStoreException(String message, Throwable cause) {
		super(message, cause);
	}

}

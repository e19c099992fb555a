package io.eardrum.storage.embedded;

import io.eardrum.storage.StorageException;

/**
 * What the disk holds is not what was written to it. It doesn't heal by itself.
 */
final class CorruptStoreException extends StorageException {

	CorruptStoreException(String message) {
		super(message);
	}

	CorruptStoreException(String message, Throwable cause) {
		super(message, cause);
	}

}

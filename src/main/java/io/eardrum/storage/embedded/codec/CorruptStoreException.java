package io.eardrum.storage.embedded.codec;

import io.eardrum.storage.StorageException;

/**
 * What the disk holds is not what was written to it. It doesn't heal by itself.
 */
public final class CorruptStoreException extends StorageException {

	public CorruptStoreException(String message) {
		super(message);
	}

	public CorruptStoreException(String message, Throwable cause) {
		super(message, cause);
	}

}

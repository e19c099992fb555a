package io.eardrum.storage.cassandra.request;

import io.eardrum.storage.StorageException;

/**
 * Thrown if a request waited in vain for others to make room, because there is more to do
 * than gets done. The exception says nothing about the state of the cluster, which may be
 * as good as ever.
 */
public final class CongestionException extends StorageException {

	/**
	 * Creates an exception.
	 * @param message says what the request waited for
	 */
	public CongestionException(String message) {
		super(message);
	}

}

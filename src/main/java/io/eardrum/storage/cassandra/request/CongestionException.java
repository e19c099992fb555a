package io.eardrum.storage.cassandra.request;

import io.eardrum.storage.StorageException;

/**
 * A request waited in vain for others to make room: there is more to do than gets done.
 * The exception says nothing about the cluster, which may be as well as ever.
 */
public final class CongestionException extends StorageException {

	/**
	 * Creates an exception.
	 * @param message what was waited for in vain
	 */
	public CongestionException(String message) {
		super(message);
	}

}

package io.eardrum.storage.cassandra;

import io.eardrum.storage.StorageException;

/**
 * Somebody waited in vain for others to make room: there is more to do than gets done.
 * Says nothing of the cluster, which may be as well as ever.
 */
final class CongestionException extends StorageException {

	CongestionException(String message) {
		super(message);
	}

}

package io.eardrum.storage.embedded.upkeep;

import io.eardrum.storage.StorageException;

/**
 * Thrown when a backup can't be made because another one is being made.
 */
public final class BackupRunningException extends StorageException {

	BackupRunningException() {
		super("another backup is being made; try again when it is done");
	}

}

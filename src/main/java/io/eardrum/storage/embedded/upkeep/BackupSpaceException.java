package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Path;

import io.eardrum.storage.StorageException;

/**
 * Thrown when a backup is not made because there is too little space for it.
 */
public final class BackupSpaceException extends StorageException {

	BackupSpaceException(Path target, long freeBytes, long neededBytes) {
		super("only " + freeBytes + " bytes are free for the backup " + target + ", and " + neededBytes
				+ " are needed, including eardrum.storage.min-free-space");
	}

}

package io.eardrum.storage.embedded.upkeep;

import java.nio.file.Path;

import io.eardrum.storage.StorageException;
import io.eardrum.storage.embedded.rocksdb.DiskSpace;

/**
 * Thrown when a backup is not made because there is too little space for it.
 */
public final class BackupSpaceException extends StorageException {

	BackupSpaceException(Path target, long freeBytes, long neededBytes) {
		super("only " + DiskSpace.text(freeBytes) + " are free for the backup " + target + ", and "
				+ DiskSpace.text(neededBytes) + " are needed, including eardrum.storage.min-free-space");
	}

}

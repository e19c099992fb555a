package io.eardrum.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the backups of a store. Safe for any number of threads. It is quick
 * and never throws.
 */
public interface BackupHistory {

	/**
	 * Returns the last backup that was made, possibly before the start.
	 * @return the backup, or {@code null} if none is known
	 */
	@Nullable Backup last();

	/**
	 * Returns how many backups have failed since the start, also for lack of space, or
	 * because there were as many as there may be.
	 * @return the number of backups
	 */
	long failures();

	/**
	 * A backup.
	 *
	 * @param made when it was complete
	 * @param bytes how much a copy of it takes, in bytes
	 */
	record Backup(Instant made, long bytes) {
	}

}

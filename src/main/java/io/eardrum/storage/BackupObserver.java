package io.eardrum.storage;

import java.time.Duration;

/**
 * Observes the requests for backups. Any number of threads call it at once, each for the
 * request that it answers. It must be quick and must not throw.
 */
public interface BackupObserver {

	/**
	 * A backup has been made.
	 */
	default void made() {
	}

	/**
	 * A backup has not been made.
	 * @param reason why it was refused
	 * @param retryAfter how long to wait before asking again; zero if waiting does not
	 * help
	 */
	default void refused(Refusal reason, Duration retryAfter) {
	}

	/**
	 * Why a backup is not made.
	 */
	enum Refusal {

		/** The name of the backup is not allowed. */
		NAME,

		/** A backup of that name exists. */
		EXISTS,

		/** Another backup is being made. */
		RUNNING,

		/** The last backup began too short a time ago. */
		INTERVAL,

		/** There are as many backups as are allowed. */
		KEEP,

		/** There is too little space on the disk. */
		SPACE,

		/** The backup was tried and failed. */
		FAILED

	}

}

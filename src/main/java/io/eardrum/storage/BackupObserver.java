package io.eardrum.storage;

import java.time.Duration;

/**
 * Is told of backups that were asked for. Called by any number of threads at once, by
 * each for the request that it answers; must be quick and must not throw.
 */
public interface BackupObserver {

	/**
	 * A backup has been made.
	 */
	default void made() {
	}

	/**
	 * A backup has not been made.
	 * @param reason why
	 * @param retryAfter how long to wait before asking again; zero if waiting does not
	 * help
	 */
	default void refused(Refusal reason, Duration retryAfter) {
	}

	/**
	 * Why a backup is not made.
	 */
	enum Refusal {

		/** Its name is not allowed. */
		NAME,

		/** There is one of that name. */
		EXISTS,

		/** Another one is being made. */
		RUNNING,

		/** The last one was begun too short a time ago. */
		INTERVAL,

		/** There are as many as there may be. */
		KEEP,

		/** There is too little space on the disk. */
		SPACE,

		/** It was tried, and failed. */
		FAILED

	}

}

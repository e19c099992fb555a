package io.eardrum.storage.time;

import io.eardrum.storage.Horizon;

/**
 * Observes points that are stored although their timestamps are hardly what was meant,
 * for the meters. Any number of threads call it at once. It must be quick and must not
 * throw.
 */
@FunctionalInterface
public interface SuspectPointObserver {

	/**
	 * Takes note of nothing.
	 */
	SuspectPointObserver NONE = (reason, points) -> {
	};

	/**
	 * Suspect points have been stored.
	 * @param reason what is suspect about them
	 * @param points how many, 1 or more
	 */
	void suspected(Reason reason, long points);

	/**
	 * What is suspect about a point.
	 */
	enum Reason {

		/**
		 * Its timestamp is behind the {@link Horizon}: milliseconds, or a wrong clock.
		 */
		FUTURE,

		/**
		 * Its value is a time, and its timestamp a small number: the two may be swapped,
		 * as clients of OpenTSDB send them.
		 */
		SWAPPED

	}

}

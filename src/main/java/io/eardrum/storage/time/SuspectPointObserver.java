package io.eardrum.storage.time;

import io.eardrum.storage.Horizon;

/**
 * Observes points that are stored although their timestamps are probably wrong, for the
 * meters. Any number of threads call it at once. It must be quick and must not throw.
 */
@FunctionalInterface
public interface SuspectPointObserver {

	/**
	 * Ignores everything.
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
		 * Its timestamp is beyond the {@link Horizon}: it is in milliseconds, or a clock
		 * is wrong.
		 */
		FUTURE,

		/**
		 * Its value is a time and its timestamp a small number. The two may be swapped,
		 * because clients of OpenTSDB send them in that order.
		 */
		SWAPPED

	}

}

package io.eardrum.storage.time;

import java.time.Clock;
import java.time.Duration;

/**
 * Checks of timestamps for tests that are about something else.
 */
public final class TimestampChecks {

	/**
	 * Refuses nothing, and counts for nobody.
	 */
	public static final TimestampCheck UNLIMITED = new TimestampCheck(Duration.ZERO, Clock.systemUTC(),
			SuspectPointObserver.NONE);

	private TimestampChecks() {
	}

}

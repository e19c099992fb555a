package io.eardrum.web.graphite.series;

/**
 * Thrown when other requests hold so much memory that this one has to be sent again
 * later.
 */
public final class BudgetExceededException extends RuntimeException {

	BudgetExceededException() {
		super("Other requests hold too many values in memory just now. Try again.", null, false, false);
	}

}

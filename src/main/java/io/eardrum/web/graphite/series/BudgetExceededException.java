package io.eardrum.web.graphite.series;

/**
 * Other requests have taken so much memory that this one has to be sent again later.
 */
public final class BudgetExceededException extends RuntimeException {

	BudgetExceededException() {
		super("Other requests hold too many values in memory just now. Try again.", null, false, false);
	}

}

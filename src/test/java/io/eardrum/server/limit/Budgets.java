package io.eardrum.server.limit;

import java.util.Map;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;

/**
 * Budgets of a large heap in which some uses have small shares.
 */
public final class Budgets {

	private static final long HEAP_BYTES = 1L << 30;

	private Budgets() {
	}

	public static HeapBudget with(Map<HeapUse, Long> maxBytes) {
		return new HeapBudget(HEAP_BYTES, HEAP_BYTES / 2, maxBytes);
	}

}

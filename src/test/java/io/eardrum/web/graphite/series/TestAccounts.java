package io.eardrum.web.graphite.series;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import io.eardrum.budget.HeapBudget;
import io.eardrum.budget.HeapUse;
import io.eardrum.budget.RequestBudget;

/**
 * Accounts for tests, with as much memory as the budget of values allows.
 */
public final class TestAccounts {

	private TestAccounts() {
	}

	/**
	 * Opens an account without limits of work and time.
	 * @param budget how many values there may be
	 * @return the account
	 */
	public static ValueBudget.Account open(ValueBudget budget) {
		return open(budget, RequestBudget.unlimited());
	}

	/**
	 * Opens an account.
	 * @param budget how many values there may be
	 * @param request how much work and time there may be
	 * @return the account
	 */
	public static ValueBudget.Account open(ValueBudget budget, RequestBudget request) {
		return budget.open(request, ValueBudget.Memory.of(HeapBudget.unlimited().share(HeapUse.QUERIES)));
	}

	/**
	 * Returns a budget of work.
	 * @param maxWork how much work there may be
	 * @return the budget, without an end of time
	 */
	public static RequestBudget work(long maxWork) {
		return new RequestBudget(Duration.ofDays(1), maxWork, () -> 0, () -> false, () -> false);
	}

	/**
	 * Returns a budget that ends when a client leaves.
	 * @param left returns whether it has left
	 * @return the budget
	 */
	public static RequestBudget client(BooleanSupplier left) {
		return new RequestBudget(Duration.ofDays(1), Long.MAX_VALUE, () -> 0, left, () -> false);
	}

}

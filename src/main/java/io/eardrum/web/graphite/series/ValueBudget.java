package io.eardrum.web.graphite.series;

import java.util.concurrent.atomic.AtomicLong;

import io.eardrum.web.graphite.query.QueryException;

/**
 * How many values all requests together may hold in memory at one time, eight bytes each.
 * What is around the values counts too: an array of few of them is a small part of its
 * series. Any number of threads may use it at once.
 */
public final class ValueBudget {

	/**
	 * What a series takes besides its values and its name, in values: its objects, and
	 * its places in lists and tables. Measured: 250 bytes with one value.
	 */
	static final int SERIES_VALUES = 32;

	/** How many characters take as much as a value, with two bytes each. */
	private static final int CHARACTERS_A_VALUE = 4;

	/** The longest array that there is, nearly. */
	private static final int MAX_ARRAY = Integer.MAX_VALUE - 64;

	private final long maxValues;

	private final AtomicLong used = new AtomicLong();

	/**
	 * Creates a budget.
	 * @param maxValues how many values there may be, 1 or more
	 */
	public ValueBudget(long maxValues) {
		this.maxValues = maxValues;
	}

	/**
	 * Opens an account for a request, which closes it when the answer has been sent.
	 * @return the account
	 */
	public Account open() {
		return new Account();
	}

	/**
	 * Tells how many values are in use.
	 * @return the number of values of all open accounts
	 */
	public long used() {
		return this.used.get();
	}

	/**
	 * What one request has taken. It only grows: what a function has worked on is given
	 * back with all the rest. For one thread.
	 */
	public final class Account implements AutoCloseable {

		private long taken;

		private Account() {
		}

		/**
		 * Makes room for the values of a series.
		 * @param count how many
		 * @return a new array of that length, all of it 0
		 * @throws QueryException if this request asks for more than there may ever be
		 * @throws BudgetExceededException if other requests have taken too much
		 */
		public double[] values(long count) {
			take(count + SERIES_VALUES);
			return new double[(int) count];
		}

		/**
		 * Makes room for a name.
		 * @param name the name
		 * @throws QueryException if this request asks for more than there may ever be
		 * @throws BudgetExceededException if other requests have taken too much
		 */
		public void name(String name) {
			take(name.length() / CHARACTERS_A_VALUE);
		}

		/**
		 * Makes room for something else that has a name.
		 * @param name its name
		 * @throws QueryException if this request asks for more than there may ever be
		 * @throws BudgetExceededException if other requests have taken too much
		 */
		public void named(String name) {
			take(SERIES_VALUES + name.length() / CHARACTERS_A_VALUE);
		}

		private void take(long count) {
			if (count > Math.min(ValueBudget.this.maxValues - this.taken, MAX_ARRAY)) {
				throw new QueryException("The answer takes more than " + ValueBudget.this.maxValues
						+ " values in memory. Ask for fewer series, or a shorter time.");
			}
			if (ValueBudget.this.used.addAndGet(count) > ValueBudget.this.maxValues) {
				ValueBudget.this.used.addAndGet(-count);
				throw new BudgetExceededException();
			}
			this.taken += count;
		}

		@Override
		public void close() {
			ValueBudget.this.used.addAndGet(-this.taken);
			this.taken = 0;
		}

	}

}

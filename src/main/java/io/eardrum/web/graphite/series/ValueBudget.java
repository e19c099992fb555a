package io.eardrum.web.graphite.series;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

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

	/**
	 * How often a request may look at a character of a name with a regular expression, or
	 * at a value for a window, where each is looked at again and again.
	 */
	private static final long MAX_LOOKS = 100_000_000;

	/** After how much work the time is looked at. */
	private static final long WORK_A_TIME = 65_536;

	private static final long MAX_SECONDS = 30;

	private final long maxValues;

	private final LongSupplier nanoTime;

	private final AtomicLong used = new AtomicLong();

	/**
	 * Creates a budget.
	 * @param maxValues how many values there may be, 1 or more
	 */
	public ValueBudget(long maxValues) {
		this(maxValues, System::nanoTime);
	}

	/**
	 * Creates a budget.
	 * @param maxValues how many values there may be, 1 or more
	 * @param nanoTime a clock in nanoseconds, for the time that requests take
	 */
	public ValueBudget(long maxValues, LongSupplier nanoTime) {
		this.maxValues = maxValues;
		this.nanoTime = nanoTime;
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
	 * What one request has taken: memory, which only grows (what a function has worked on
	 * is given back with all the rest), work, and time. For one thread.
	 */
	public final class Account implements AutoCloseable {

		private final long openedNanos = ValueBudget.this.nanoTime.getAsLong();

		private long taken;

		private long looks;

		/** How much work is left until the time is looked at. */
		private long untilTime;

		private Account() {
		}

		/**
		 * Takes note of work that takes time in proportion to what is there: points read,
		 * keys held against patterns.
		 * @param amount how much of it
		 * @throws QueryException if this request takes too long
		 */
		public void work(long amount) {
			this.untilTime -= amount;
			if (this.untilTime <= 0) {
				this.untilTime = WORK_A_TIME;
				long seconds = TimeUnit.NANOSECONDS.toSeconds(ValueBudget.this.nanoTime.getAsLong() - this.openedNanos);
				if (seconds >= MAX_SECONDS) {
					throw new QueryException("The answer takes more than " + MAX_SECONDS
							+ " s to compute. Ask for fewer series, or a shorter time.");
				}
			}
		}

		/**
		 * Takes note of work that a request can ask for without end: of looks at
		 * characters and values.
		 * @param count how many looks
		 * @throws QueryException if they are too many in all, or this request takes too
		 * long
		 */
		public void look(long count) {
			this.looks += count;
			if (this.looks > MAX_LOOKS) {
				throw new QueryException("The targets look at characters of names, and at values in windows, more than "
						+ MAX_LOOKS + " times. Ask for fewer series, or for shorter windows.");
			}
			work(count);
		}

		/**
		 * Makes room for the values of a series.
		 * @param count how many
		 * @return a new array of that length, all of it 0
		 * @throws QueryException if this request asks for more than there may ever be
		 * @throws BudgetExceededException if other requests have taken too much
		 */
		public double[] values(long count) {
			work(count + SERIES_VALUES);
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
			// Nothing is added that does not fit, not even for a moment: others would be
			// refused then.
			long before;
			do {
				before = ValueBudget.this.used.get();
				if (count > ValueBudget.this.maxValues - before) {
					throw new BudgetExceededException();
				}
			}
			while (!ValueBudget.this.used.compareAndSet(before, before + count));
			this.taken += count;
		}

		@Override
		public void close() {
			ValueBudget.this.used.addAndGet(-this.taken);
			this.taken = 0;
		}

	}

}
